import type { Cause, Change } from '../model/change.ts';
import type { AppHistory } from '../model/history.ts';
import type { Mend } from '../model/mend.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import { alterations, alterationText, isMendable, mendsOf } from './alterations.ts';
import { contentCause, explain, type Lookup, lookupIn } from './explain.ts';
import { groupBy } from './group-by.ts';
import { type OnChangeInput, refreshment } from './on-change.ts';
import { joinedService } from './release-service.ts';

export interface DiffInput {
  readonly release: Release;
  /** The release that was deployed last, if it was kept: what a change is explained against. */
  readonly deployed: Release | undefined;
  readonly history: AppHistory | undefined;
  /** Containers of this app that are ours. */
  readonly containers: readonly ObservedContainer[];
  /** Small repairs did not hold: what left the deployed release is made anew. */
  readonly thorough?: boolean;
  /** Undefined: whatever changed needs a new container. */
  readonly onChange?: OnChangeInput | undefined;
}

/** The input, and what each service of it is found by: an app may have thousands. */
interface Sight extends DiffInput {
  readonly byService: ReadonlyMap<string | undefined, readonly ObservedContainer[]>;
  readonly ids: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly declared: Lookup;
  readonly before: Lookup;
}

/** What must be done so that the app's containers are those of the release. Empty: they are. */
export function diff(input: DiffInput): readonly Change[] {
  const { release, deployed, containers } = input;
  const sight: Sight = {
    ...input,
    byService: groupBy(containers, ({ service }) => service),
    ids: new Set(containers.map(({ id }) => id)),
    names: new Set(containers.map(({ name }) => name)),
    declared: lookupIn(release),
    before: deployed === undefined ? () => undefined : lookupIn(deployed),
  };
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

/** A job that ran to its end is not run again because somebody pruned its container, or because the app went back to an earlier release. */
export const isDone = (to: ReleaseService, history: AppHistory | undefined): boolean =>
  to.oneShot && history?.completed.includes(to.digest) === true;

function clearAway(to: ReleaseService, containers: readonly ObservedContainer[]): readonly Change[] {
  const from = containers.filter(({ digest }) => digest !== to.digest);
  return from.length === 0 ? [] : [{ kind: 'remove', service: to.name, from, cause: { kind: 'other-release' } }];
}

const create = (to: ReleaseService, input: Sight): Change => ({ kind: 'create', to, cause: whyCreate(to, input) });

function whyCreate(to: ReleaseService, input: Sight): Cause {
  const before = input.before(to.name)?.service;
  if (before === undefined) return { kind: 'new' };
  if (before.digest !== to.digest) return whyDiffers(to, input);
  return before.replicas === 0 ? { kind: 'scale', from: 0, to: to.replicas } : { kind: 'missing' };
}

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

function whyReplace(to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Cause | undefined {
  const { release, history } = input;
  const other = from.find(({ digest }) => digest !== to.digest);
  if (other?.differs !== undefined) return { kind: 'adopted', differs: other.differs };
  if (other) return whyDiffers(to, input);
  const seen = Object.keys(to.content);
  if (seen.length > 0 && from.some(({ misread }) => misread)) return { kind: 'content', paths: seen, whyNew };
  const unfit = from.find(({ state }) => state === 'dead');
  if (unfit) return { kind: 'stopped', found: found(unfit) };
  const deployedImage = history?.deployed?.imageIds[to.name];
  const isDeployed = history?.deployed?.release === release.digest;
  if (isDeployed && deployedImage !== undefined && from.some(({ imageId }) => imageId !== deployedImage)) {
    return { kind: 'image-swapped' };
  }
  return whyRejoin(to, from, input);
}

const whyNew = 'its container was started while files of another release were in place';

/** An interrupted deployment can leave a service in the network of a container that was replaced since: it runs, and nobody reaches it. */
function whyRejoin(to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Cause | undefined {
  const isLost = (container: ObservedContainer) =>
    container.joins !== undefined && !input.ids.has(container.joins) && !(to.oneShot && isFinished(container));
  if (to.sharesWith.length === 0 || !from.some(isLost)) return undefined;
  // The mode decides, not `sharesWith`: one may share volumes with a service and the network of a container that is none of ours.
  const shared = joinedService(input.declared(to.name)?.definition?.network_mode);
  const leader = shared === undefined ? undefined : input.declared(shared)?.service;
  if (leader === undefined || leader.replicas === 0 || isDone(leader, input.history)) return undefined;
  return { kind: 'follows', service: leader.name, relation: 'shares its network with a container that is gone' };
}

function whyDiffers(to: ReleaseService, { declared, before }: Sight): Cause {
  return explain({ service: to, definition: declared(to.name)?.definition }, before(to.name));
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

function startOf(to: ReleaseService, kept: readonly ObservedContainer[]): readonly Repair[] {
  const down = kept.filter((container) => stopped.has(container.state) && !(to.oneShot && isFinished(container)));
  return down[0] ? [{ kind: 'start', to, from: down, cause: { kind: 'stopped', found: found(down[0]) } }] : [];
}

type Repair = Extract<Change, { kind: 'start' | 'mend' }>;

/** What can be put right on the container that is there. */
function mendOf(to: ReleaseService, kept: readonly ObservedContainer[], input: Sight): readonly Repair[] {
  const isOwn = isNameOf(to, input.release);
  const free = namesOf(to, input.release).filter((name) => !input.names.has(name));
  const mended = kept.flatMap((container) => {
    const { id, name, state } = container;
    const own = isOwn(name) || container.adopted ? undefined : free.shift();
    const mends: readonly Mend[] = [
      ...(state === 'paused' ? [{ kind: 'unpause', container: { id, name } } as const] : []),
      ...(own === undefined ? [] : [{ kind: 'rename', container: { id, name }, to: own } as const]),
      // A name is an alias on networks, too: with the name those may be right again.
      ...mendsOf(container, alterationsOf(container, to, input)),
    ];
    return mends.length > 0 ? [{ container, mends, own }] : [];
  });
  const [first] = mended;
  if (first === undefined) return [];
  const mends = mended.flatMap((one) => one.mends);
  const from = mended.map(({ container }) => container);
  const renamed = mended.find(({ own }) => own !== undefined);
  return [{ kind: 'mend', to, from, mends, cause: causeOfMend() }];

  function causeOfMend(): Cause {
    if (from.some(({ state }) => state === 'paused')) return { kind: 'paused' };
    if (renamed?.own === undefined) return alteredCause(to, from, input);
    return { kind: 'renamed', from: renamed.container.name, to: renamed.own };
  }
}

const alterationsOf = (container: ObservedContainer, to: ReleaseService, { release, history }: DiffInput) => {
  if (history?.deployed?.release !== release.digest) return [];
  const baseline = history.deployed.configured[to.name];
  return baseline?.digest === to.digest ? alterations(container.configured, baseline.fields) : [];
};

const alteredCause = (to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Cause => ({
  kind: 'altered',
  fields: [...new Set(from.flatMap((container) => alterationsOf(container, to, input).map(alterationText)))],
});

/** The names that Compose gives to the service's containers. */
const namesOf = ({ name, containerName, replicas }: ReleaseService, { project }: Release): string[] =>
  containerName === undefined
    ? Array.from({ length: replicas }, (_, index) => `${project}-${name}-${index + 1}`)
    : [containerName];

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

/** Compose counts on from the highest number that there is: a gap is nothing to mend. */
function isNameOf({ name, containerName }: ReleaseService, { project }: Release): (taken: string) => boolean {
  const prefix = `${project}-${name}-`;
  return (taken) =>
    containerName === undefined
      ? taken.startsWith(prefix) && /^[1-9]\d*$/.test(taken.slice(prefix.length))
      : taken === containerName;
}

/** Those with a name of the service's stay first, of those the ones that run, and of those the lowest numbers. */
const byUse =
  (isOwn: (name: string) => boolean) =>
  (left: ObservedContainer, right: ObservedContainer): number =>
    Number(isOwn(right.name)) - Number(isOwn(left.name)) ||
    Number(stopped.has(left.state)) - Number(stopped.has(right.state)) ||
    left.name.localeCompare(right.name, 'en', { numeric: true });

const stopped = new Set(['created', 'exited']);

const isFinished = ({ state, exitCode }: ObservedContainer): boolean => state === 'exited' && exitCode === 0;

const found = ({ state, exitCode }: ObservedContainer): string =>
  exitCode === undefined ? state : `${state} (${exitCode})`;
