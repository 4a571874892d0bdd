import type { Cause, Change } from '../model/change.ts';
import type { AppHistory } from '../model/history.ts';
import type { ObservedContainer, ObservedNetwork } from '../model/observed.ts';
import type { Release, ReleaseNetwork, ReleaseService } from '../model/release.ts';
import { isDone } from './sight.ts';

interface CloseInput {
  readonly release: Release;
  readonly containers: readonly ObservedContainer[];
  /** Networks of the project that exist. */
  readonly networks: readonly ObservedNetwork[];
  readonly instance: string;
  readonly history: AppHistory | undefined;
}

/**
 * Adds what a set of changes drags along: networks whose definition changed and who is attached to them, and services that share a namespace or
 * volumes with a container that goes away. Compose does neither by itself.
 */
export function close(changes: readonly Change[], input: CloseInput): readonly Change[] {
  const networks = networkChanges(input);
  const attached = networks.flatMap((change) => (change.kind === 'replace-network' ? attachedTo(change, input) : []));
  const wider = changes.flatMap((change) => widened(change, input));
  let closed = add([...changes, ...networks], [...wider, ...attached], input);
  for (;;) {
    const next = add(closed, followers(closed, input.release), input);
    if (next === closed) return closed;
    closed = next;
  }
}

type Dragged = readonly [ReleaseService, Cause];

/** Services of which more must be replaced than a change says. */
function widened(change: Change, { release, networks }: CloseInput): readonly Dragged[] {
  // A stopped container holds on to the very network and the very container that it was made with, which may be gone.
  if (change.kind === 'start') {
    const { to, cause } = change;
    const exists = ({ key, name }: ReleaseNetwork) =>
      networks.some((network) => network.key === key || network.name === name);
    const needed = release.networks.filter(({ key, external }) => !external && to.networks.includes(key));
    return to.sharesWith.length > 0 || !needed.every(exists) ? [[to, cause]] : [];
  }
  // Nobody knows which of several containers another service shares with.
  if (change.kind !== 'remove' || change.cause.kind !== 'scale' || change.cause.to === 0) return [];
  const isShared = release.services.some(({ sharesWith }) => sharesWith.includes(change.service));
  const to = release.services.find(({ name }) => name === change.service);
  return to && isShared ? [[to, change.cause]] : [];
}

function networkChanges({ release, networks, instance }: CloseInput): readonly Change[] {
  return networks
    .filter((network) => network.instance === instance)
    .flatMap((network): readonly Change[] => {
      const declared = declaredAs(network, release);
      if (declared === undefined) return [{ kind: 'remove-network', network, cause: { kind: 'not-declared' } }];
      if (declared.external || (declared.digest === network.digest && declared.key === network.key)) return [];
      return [
        { kind: 'replace-network', network, cause: { kind: 'configuration', fields: [`networks.${declared.key}`] } },
      ];
    });
}

/** By name, because a name can be taken only once; else by key, because then it has got a new name. */
const declaredAs = (network: ObservedNetwork, { networks }: Release): ReleaseNetwork | undefined =>
  networks.find(({ name }) => name === network.name) ??
  networks.find(({ key, external }) => key === network.key && !external);

function attachedTo({ network }: { readonly network: ObservedNetwork }, { release }: CloseInput): readonly Dragged[] {
  const key = declaredAs(network, release)?.key;
  return release.services
    .filter(({ networks }) => key !== undefined && networks.includes(key))
    .map((service) => [service, { kind: 'network', network: network.name }]);
}

function followers(changes: readonly Change[], release: Release): readonly Dragged[] {
  const renewed = new Set(changes.flatMap((change) => (isRenewal(change) ? [change.to.name] : [])));
  return release.services.flatMap((service): readonly Dragged[] => {
    const shared = service.sharesWith.find((other) => renewed.has(other));
    if (shared !== undefined) {
      return [[service, { kind: 'follows', service: shared, relation: 'shares its namespace or volumes' }]];
    }
    const dependency = service.dependsOn.find((other) => other.restart && renewed.has(other.service));
    return dependency
      ? [[service, { kind: 'follows', service: dependency.service, relation: 'depends_on.restart' }]]
      : [];
  });
}

/** More replicas beside those that run take nothing away from anybody. */
const isRenewal = (change: Change): change is Extract<Change, { kind: 'create' | 'replace' | 'refresh' | 'start' }> =>
  'to' in change &&
  change.kind !== 'mend' &&
  !(change.kind === 'create' && change.cause.kind === 'scale') &&
  !(change.kind === 'refresh' && change.by.kind !== 'restart');

function add(changes: readonly Change[], dragged: readonly Dragged[], input: CloseInput): readonly Change[] {
  return dragged.reduce((all, [to, cause]) => drag(all, to, cause, input), changes);
}

/** A dragged service that runs is replaced, whatever smaller change it had; one that does not exist is created anyway. */
function drag(changes: readonly Change[], to: ReleaseService, cause: Cause, input: CloseInput): readonly Change[] {
  const from = containersOf(to, input.containers);
  if (isDone(to, input.history) || (to.oneShot && from.every(endedWell))) return endJob(changes, to, cause, from);
  const isReplaced = changes.some((change) => change.kind === 'replace' && change.to.name === to.name);
  if (isReplaced || from.length === 0) return changes;
  return [...changes.filter((change) => !isSmaller(change, to)), { kind: 'replace', to, from, cause }];
}

/** A finished job stays finished: what runs of it, because somebody started it again, goes. */
function endJob(
  changes: readonly Change[],
  { name }: ReleaseService,
  cause: Cause,
  containers: readonly ObservedContainer[],
): readonly Change[] {
  const leaving = changes.flatMap((change) => (change.kind === 'remove' ? change.from : []));
  const from = containers.filter((container) => !ended.has(container.state) && !leaving.includes(container));
  return from.length === 0 ? changes : [...changes, { kind: 'remove', service: name, from, cause }];
}

/** What a replacement of the service does as well. */
function isSmaller(change: Change, { name }: ReleaseService): boolean {
  if (change.kind === 'remove') return change.service === name && change.cause.kind === 'scale';
  return 'to' in change && change.to.name === name;
}

const containersOf = ({ name }: ReleaseService, containers: readonly ObservedContainer[]) =>
  containers.filter(({ service }) => service === name);

const ended: ReadonlySet<string> = new Set(['created', 'exited', 'dead']);
const endedWell = ({ state, exitCode }: ObservedContainer): boolean => state === 'exited' && exitCode === 0;
