import type { Cause, Change } from '../model/change.ts';
import type { AppHistory } from '../model/entry.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import { definitionsOf, explain } from './explain.ts';
import { joinedService } from './release-service.ts';

export interface DiffInput {
  readonly release: Release;
  /** The release that was deployed last, if it was kept: what a change is explained against. */
  readonly deployed: Release | undefined;
  readonly history: AppHistory | undefined;
  /** Containers of this app that are ours. */
  readonly containers: readonly ObservedContainer[];
}

/** What must be done so that the app's containers are those of the release. Empty: they are. */
export function diff(input: DiffInput): readonly Change[] {
  const declared = new Set(input.release.services.map(({ name }) => name));
  const undeclared = groupByService(
    input.containers.filter(({ service }) => service === undefined || !declared.has(service)),
  );
  return [
    ...input.release.services.flatMap((service) => changesOf(service, input)),
    ...undeclared.map(
      ([service, from]): Change => ({ kind: 'remove', service, from, cause: { kind: 'not-declared' } }),
    ),
  ];
}

function changesOf(to: ReleaseService, input: DiffInput): readonly Change[] {
  const from = input.containers.filter(({ service }) => service === to.name);
  if (to.replicas === 0) return from.length === 0 ? [] : [removeSurplus(to, from, from)];
  if (isDone(to, input.history)) return clearAway(to, from);
  if (from.length === 0) return [create(to, input)];
  const replace = whyReplace(to, from, input);
  if (replace) return [{ kind: 'replace', to, from, cause: replace }];
  return rescaleAndStart(to, from);
}

/** A job that ran to its end is not run again because somebody pruned its container, or because the app went back to an earlier release. */
export const isDone = (to: ReleaseService, history: AppHistory | undefined): boolean =>
  to.oneShot && history?.completed.includes(to.digest) === true;

function clearAway(to: ReleaseService, containers: readonly ObservedContainer[]): readonly Change[] {
  const from = containers.filter(({ digest }) => digest !== to.digest);
  return from.length === 0 ? [] : [{ kind: 'remove', service: to.name, from, cause: { kind: 'other-release' } }];
}

const create = (to: ReleaseService, input: DiffInput): Change => ({ kind: 'create', to, cause: whyCreate(to, input) });

function whyCreate(to: ReleaseService, { release, deployed }: DiffInput): Cause {
  const before = deployed?.services.find(({ name }) => name === to.name);
  if (deployed === undefined || before === undefined) return { kind: 'new' };
  if (before.digest !== to.digest) return whyDiffers(to, release, deployed);
  return before.replicas === 0 ? { kind: 'scale', from: 0, to: to.replicas } : { kind: 'missing' };
}

function whyReplace(to: ReleaseService, from: readonly ObservedContainer[], input: DiffInput): Cause | undefined {
  const { release, deployed, history } = input;
  if (from.some(({ digest }) => digest !== to.digest)) return whyDiffers(to, release, deployed);
  const unfit = from.find(({ state }) => state === 'dead');
  if (unfit) return { kind: 'stopped', found: found(unfit) };
  const deployedImage = history?.deployed?.imageIds[to.name];
  const isDeployed = history?.deployed?.release === release.digest;
  if (isDeployed && deployedImage !== undefined && from.some(({ imageId }) => imageId !== deployedImage)) {
    return { kind: 'image-swapped' };
  }
  return whyRejoin(to, from, input);
}

/** An interrupted deployment can leave a service in the network of a container that was replaced since: it runs, and nobody reaches it. */
function whyRejoin(to: ReleaseService, from: readonly ObservedContainer[], input: DiffInput): Cause | undefined {
  const present = new Set(input.containers.map(({ id }) => id));
  const isLost = (container: ObservedContainer) =>
    container.joins !== undefined && !present.has(container.joins) && !(to.oneShot && isFinished(container));
  if (to.sharesWith.length === 0 || !from.some(isLost)) return undefined;
  // The mode decides, not `sharesWith`: one may share volumes with a service and the network of a container that is none of ours.
  const shared = joinedService(definitionsOf(input.release.compose)[to.name]?.network_mode);
  const leader = input.release.services.find(({ name }) => name === shared);
  if (leader === undefined || leader.replicas === 0 || isDone(leader, input.history)) return undefined;
  return { kind: 'follows', service: leader.name, relation: 'shares its network with a container that is gone' };
}

function whyDiffers(to: ReleaseService, release: Release, deployed: Release | undefined): Cause {
  const before = deployed?.services.find(({ name }) => name === to.name);
  return explain(
    { service: to, definition: definitionsOf(release.compose)[to.name] },
    deployed && before && { service: before, definition: definitionsOf(deployed.compose)[to.name] },
  );
}

function rescaleAndStart(to: ReleaseService, from: readonly ObservedContainer[]): readonly Change[] {
  const kept = [...from].sort(byUse).slice(0, to.replicas);
  const down = kept.filter((container) => stopped.has(container.state) && !(to.oneShot && isFinished(container)));
  return [
    ...(from.length < to.replicas ? [createMore(to, from)] : []),
    ...(from.length > kept.length
      ? [
          removeSurplus(
            to,
            from,
            from.filter((container) => !kept.includes(container)),
          ),
        ]
      : []),
    ...(down[0] ? [{ kind: 'start', to, from: down, cause: { kind: 'stopped', found: found(down[0]) } } as const] : []),
  ];
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

/** Those that run stay first, and of those the lowest numbers. */
const byUse = (left: ObservedContainer, right: ObservedContainer): number =>
  Number(stopped.has(left.state)) - Number(stopped.has(right.state)) ||
  left.name.localeCompare(right.name, 'en', { numeric: true });

const stopped = new Set(['created', 'exited']);

const isFinished = ({ state, exitCode }: ObservedContainer): boolean => state === 'exited' && exitCode === 0;

const found = ({ state, exitCode }: ObservedContainer): string =>
  exitCode === undefined ? state : `${state} (${exitCode})`;

function groupByService(
  containers: readonly ObservedContainer[],
): readonly (readonly [string, readonly ObservedContainer[]])[] {
  const names = [...new Set(containers.map(({ service, name }) => service ?? name))];
  return names.map((key) => [key, containers.filter(({ service, name }) => (service ?? name) === key)]);
}
