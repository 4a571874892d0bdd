import type { Change } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { ReleaseService } from '../model/release.ts';
import { isMendable } from './alterations.ts';
import { whyCreate, whyRejoin, whyReplace } from './causes.ts';
import { contentCause } from './explain.ts';
import { groupBy } from './group-by.ts';
import { refreshment } from './on-change.ts';
import { alterationsOf, alteredCause, isNameOf, mendOf, startOf } from './repairs.ts';
import { type DiffInput, isDone, type Sight, sightOf, stopped } from './sight.ts';

/** What must be done so that the app's containers are those of the release. Empty: they are. */
export function diff(input: DiffInput): readonly Change[] {
  const { release, containers } = input;
  const sight = sightOf(input);
  const services = new Set(release.services.map(({ name }) => name));
  const undeclared = groupBy(
    containers.filter(({ service }) => service === undefined || !services.has(service)),
    ({ service, name }) => service ?? name,
  );
  return [
    ...release.services.flatMap((service) => changesOf(service, sight)),
    ...[...undeclared].map(
      ([service, from]): Change => ({ kind: 'remove', service, from, cause: { kind: 'not-declared' } }),
    ),
  ];
}

function changesOf(to: ReleaseService, input: Sight): readonly Change[] {
  const from = input.byService.get(to.name) ?? [];
  if (to.replicas === 0) return from.length === 0 ? [] : [removeSurplus(to, from, from)];
  if (isDone(to, input.history)) return clearAway(to, from);
  if (from.length === 0) return [create(to, input)];
  const replace = whyReplace(to, from, input);
  if (replace) return [refreshOf(to, from, input) ?? { kind: 'replace', to, from, cause: replace }];
  const kept = from.toSorted(byUse(isNameOf(to, input.release))).slice(0, to.replicas);
  const repairs = [...startOf(to, kept), ...mendOf(to, kept, input)];
  const altered = kept.flatMap((container) => alterationsOf(container, to, input)).find((found) => !isMendable(found));
  const [first] = repairs;
  const remake = altered ? alteredCause(to, kept, input) : input.thorough ? first?.cause : undefined;
  if (remake) return [{ kind: 'replace', to, from, cause: remake }];
  return [...rescale(to, from, kept), ...repairs];
}

function clearAway(to: ReleaseService, containers: readonly ObservedContainer[]): readonly Change[] {
  const from = containers.filter(({ digest }) => digest !== to.digest);
  return from.length === 0 ? [] : [{ kind: 'remove', service: to.name, from, cause: { kind: 'other-release' } }];
}

const create = (to: ReleaseService, input: Sight): Change => ({ kind: 'create', to, cause: whyCreate(to, input) });

/** What runs as it should but for content that it mounts may be brought up to date without a new container. */
function refreshOf(to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Change | undefined {
  const { release, onChange } = input;
  const stale = from.filter(({ digest }) => digest !== to.digest);
  if (onChange === undefined || !isWhole(to, from, input)) return undefined;
  const digests = new Set(
    stale.flatMap(({ digest, unsettled }): readonly (string | undefined)[] => unsettled ?? [digest]),
  );
  const found = refreshment(to.name, [...digests], release, onChange);
  return found && { kind: 'refresh', to, from: stale, ...found, cause: contentCause(found.content) };
}

function isWhole(to: ReleaseService, from: readonly ObservedContainer[], input: Sight): boolean {
  const image = input.history?.deployed?.imageIds[to.name];
  const runsWell = ({ state, adopted, misread, imageId }: ObservedContainer) =>
    state === 'running' && !adopted && !misread && (image === undefined || imageId === image);
  if (to.oneShot || from.length !== to.replicas || !from.every(runsWell)) return false;
  // Also what cannot be mended: it would be there still, and need a new container, once the content is right.
  if (from.some((container) => alterationsOf(container, to, input).length > 0)) return false;
  return whyRejoin(to, from, input) === undefined && mendOf(to, from, input).length === 0;
}

function rescale(
  to: ReleaseService,
  from: readonly ObservedContainer[],
  kept: readonly ObservedContainer[],
): readonly Change[] {
  if (from.length < to.replicas) return [createMore(to, from)];
  const surplus = from.filter((container) => !kept.includes(container));
  return surplus.length > 0 ? [removeSurplus(to, from, surplus)] : [];
}

const createMore = (to: ReleaseService, from: readonly ObservedContainer[]): Change => ({
  kind: 'create',
  to,
  cause: { kind: 'scale', from: from.length, to: to.replicas },
});

const removeSurplus = (
  to: ReleaseService,
  from: readonly ObservedContainer[],
  surplus: readonly ObservedContainer[],
): Change => ({
  kind: 'remove',
  service: to.name,
  from: surplus,
  cause: { kind: 'scale', from: from.length, to: to.replicas },
});

/** Those with a name of the service's stay first, of those the ones that run, and of those the lowest numbers. */
const byUse =
  (isOwn: (name: string) => boolean) =>
  (left: ObservedContainer, right: ObservedContainer): number =>
    Number(isOwn(right.name)) - Number(isOwn(left.name)) ||
    Number(stopped.has(left.state)) - Number(stopped.has(right.state)) ||
    left.name.localeCompare(right.name, 'en', { numeric: true });
