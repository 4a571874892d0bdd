import { groupBy } from '../core/group-by.ts';
import { waves } from '../core/order.ts';
import type { Change } from '../model/change.ts';
import type { ContainerRef } from '../model/mend.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Plan, ServiceCause, Step } from '../model/plan.ts';
import type { ReleaseService } from '../model/release.ts';
import type { Strategy, StrategyInput } from './strategy.ts';

type ServiceChange = Extract<Change, { to: ReleaseService }>;

/** Compose's own way: the old container stops, the new one starts; in dependency order; what is not declared any more goes last. */
export const recreate: Strategy = {
  type: 'recreate',
  plan: (input): Plan => ({
    app: input.release.app,
    project: input.release.project,
    release: input.release.digest,
    steps: input.changes.length === 0 ? [] : [...prepare(input), ...networks(input), ...apply(input), ...remove(input)],
  }),
};

/** Everything that can fail without touching what runs. */
function prepare({ release, changes, absentImages, files }: StrategyInput): readonly Step[] {
  const touched = changes.filter(isServiceChange).map(({ to }) => to);
  const built = new Map(release.builds.map((build) => [build.service, build.tag]));
  const names = new Set(touched.map(({ name }) => name));
  const pulled = groupBy(
    touched.filter(({ name, image }) => !built.has(name) && absentImages.has(image.pinned)),
    ({ image }) => image.pinned,
  );
  return [
    ...[...pulled].map(
      ([image, services]): Step => ({ kind: 'pull', image, services: services.map(({ name }) => name) }),
    ),
    ...release.builds
      .filter(({ service, tag }) => absentImages.has(tag) && names.has(service))
      .map(({ service, tag }): Step => ({ kind: 'build', service, tag })),
    ...(files.length > 0 ? [{ kind: 'files', paths: files } as const] : []),
  ];
}

/**
 * A network cannot go while somebody is attached. Who was attached may not be any more in the new release, so everything that is replaced or removed
 * anyway stops first; what is replaced comes back on the new network.
 */
function networks({ changes }: StrategyInput): readonly Step[] {
  const replaced = changes.filter((change) => change.kind === 'replace-network');
  const leaving = changes.filter((change) => change.kind === 'replace' || change.kind === 'remove');
  if (replaced.length === 0) return [];
  const containers = refs(leaving.flatMap(({ from }) => from));
  return [
    ...(leaving.length > 0 ? [{ kind: 'stop', services: leaving.map(causeOf), containers } as const] : []),
    ...replaced.map(removeNetwork),
  ];
}

function apply({ release, changes }: StrategyInput): readonly Step[] {
  const byService = groupBy(changes.filter(isServiceChange), ({ to }) => to.name);
  const touched = release.services.filter(({ name }) => byService.has(name));
  const needs = touched.flatMap(({ dependsOn }) => dependsOn);
  const waits = (['healthy', 'completed'] as const).map((condition) => ({
    condition,
    on: new Set(needs.filter((need) => need.condition === condition).map(({ service }) => service)),
  }));
  const steps = waves(release.services).flatMap((wave) => {
    const here = wave.flatMap(({ name }) => byService.get(name) ?? []);
    return [...acts(here), ...awaited(here, waits)];
  });
  const all = touched.map(({ name }) => name);
  return all.length === 0 ? steps : [...steps, { kind: 'await', services: all, condition: 'healthy' }];
}

function acts(changes: readonly ServiceChange[]): readonly Step[] {
  const create = changes.filter(({ kind }) => kind === 'create');
  const replace = changes.filter((change) => change.kind === 'replace');
  const refresh = changes.filter((change) => change.kind === 'refresh');
  const mend = changes.filter((change) => change.kind === 'mend');
  const start = changes.filter((change) => change.kind === 'start');
  return [
    ...(create.length > 0 ? [{ kind: 'create', services: create.map(causeOf) } as const] : []),
    ...(replace.length > 0
      ? [
          {
            kind: 'replace',
            services: replace.map(causeOf),
            containers: refs(replace.flatMap(({ from }) => from)),
          } as const,
        ]
      : []),
    ...refresh.map(refreshStep),
    ...mend.map((change): Step => ({ kind: 'mend', services: [causeOf(change)], mends: change.mends })),
    ...(start.length > 0
      ? [{ kind: 'start', services: start.map(causeOf), containers: refs(start.flatMap(({ from }) => from)) } as const]
      : []),
  ];
}

/** Of a container that is unsettled nobody knows which digest it is at. */
const refreshStep = (change: Extract<Change, { kind: 'refresh' }>): Step => ({
  kind: 'refresh',
  by: change.by,
  services: [causeOf(change)],
  containers: change.from.map(({ id, name, digest, unsettled }) => ({
    id,
    name,
    from: unsettled ?? (digest === undefined ? [] : [digest]),
    to: change.to.digest,
  })),
});

interface Wait {
  readonly condition: 'healthy' | 'completed';
  /** Services that others of this plan need in it. */
  readonly on: ReadonlySet<string>;
}

/** Waits for a wave only where a later service of this plan asks for more than "started". */
const awaited = (here: readonly ServiceChange[], waits: readonly Wait[]): readonly Step[] =>
  waits.flatMap(({ condition, on }): readonly Step[] => {
    const services = here.map(({ to }) => to.name).filter((name) => on.has(name));
    return services.length === 0 ? [] : [{ kind: 'await', services, condition }];
  });

function remove({ changes }: StrategyInput): readonly Step[] {
  const removed = changes.filter((change) => change.kind === 'remove');
  const containers = refs(removed.flatMap(({ from }) => from));
  return [
    ...(removed.length > 0 ? [{ kind: 'remove', services: removed.map(causeOf), containers } as const] : []),
    ...changes.filter((change) => change.kind === 'remove-network').map(removeNetwork),
  ];
}

type NetworkChange = Extract<Change, { network: unknown }>;

const removeNetwork = ({ network: { id, name }, cause }: NetworkChange): Step => ({
  kind: 'remove-network',
  network: { id, name },
  cause,
});

const isServiceChange = (change: Change): change is ServiceChange => 'to' in change;
const causeOf = (change: ServiceChange | Extract<Change, { kind: 'remove' }>): ServiceCause => ({
  service: 'to' in change ? change.to.name : change.service,
  cause: change.cause,
});
const refs = (containers: readonly ObservedContainer[]): readonly ContainerRef[] =>
  containers.map(({ id, name }) => ({ id, name }));
