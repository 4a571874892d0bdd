/** The engine as pure functions: what a plan's steps do to containers and networks. For the law that every strategy keeps. */

import type { Mend } from '../../src/model/mend.ts';
import type { Observed, ObservedContainer, ObservedNetwork } from '../../src/model/observed.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { Release, ReleaseService } from '../../src/model/release.ts';
import { container, instance, network } from './builders.ts';

export interface Host extends Observed {
  readonly networks: readonly ObservedNetwork[];
  /** Ids of the networks that a container was made with, and of the containers whose namespace or volumes it shares, by its id. */
  readonly bonds: Readonly<Record<string, readonly string[]>>;
  /** Ids of containers that something was done to. */
  readonly touched: readonly string[];
  readonly made: number;
}

export const performAll = (plan: Plan, release: Release, host: Host): Host =>
  plan.steps.reduce((state, step) => performStep(step, release, state), host);

function performStep(step: Step, release: Release, host: Host): Host {
  switch (step.kind) {
    case 'create':
      return up(names(step), release, host, create);
    case 'replace':
      return up(names(step), release, host, replace);
    case 'refresh':
      return refreshed(step, host);
    case 'start':
      return start(ids(step.containers), host);
    case 'stop':
      return change(ids(step.containers), host, { state: 'exited', exitCode: 137 });
    case 'remove':
      return gone(ids(step.containers), host);
    case 'mend':
      return step.mends.reduce(mended, host);
    case 'remove-network':
      return removeNetwork(step.network.id, host);
    case 'await':
      return step.services.reduce((state, name) => settle(serviceOf(name, release), state), host);
    default:
      return host;
  }
}

/** A restart makes the namespaces anew that others share. */
function refreshed({ by, containers }: Extract<Step, { kind: 'refresh' }>, host: Host): Host {
  const [to] = containers.map((one) => one.to);
  const brought = change(ids(containers), host, { digest: to });
  return by.kind === 'restart' ? { ...brought, bonds: withoutLeaders(ids(containers), host.bonds) } : brought;
}

const withoutLeaders = (leaders: readonly string[], bonds: Host['bonds']): Host['bonds'] =>
  Object.fromEntries(
    Object.entries(bonds).map(([id, held]) => [
      id,
      held.map((bond) => (leaders.includes(bond) ? `${bond} before` : bond)),
    ]),
  );

const ids = (containers: readonly { readonly id: string }[]) => containers.map(({ id }) => id);
const names = ({ services }: { readonly services: readonly { readonly service: string }[] }) =>
  services.map(({ service }) => service);

type Act = (service: ReleaseService, release: Release, host: Host) => Host;

const up = (services: readonly string[], release: Release, host: Host, act: Act): Host =>
  services.reduce((state, name) => act(serviceOf(name, release), release, withNetworks(name, release, state)), host);

export const ownOf = ({ containers }: Observed, name: string): readonly ObservedContainer[] =>
  containers.filter((found) => found.service === name && found.project === 'shop' && found.instance === instance);

function serviceOf(name: string, release: Release): ReleaseService {
  const service = release.services.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`"up ${name}", which is not in the release`);
  return service;
}

/** As `up --no-recreate`: what is missing is made, what stands still is started. */
function create(service: ReleaseService, release: Release, host: Host): Host {
  const present = ownOf(host, service.name);
  const still = present.filter(({ state }) => state === 'exited' || state === 'created');
  const missing = Math.max(0, service.replicas - present.length);
  const numbers = Array.from({ length: missing + present.length }, (_, index) => index + 1);
  const free = numbers.filter((number) => !present.some((found) => found.name === nameOf(service, number)));
  return make(service, free.slice(0, missing), release, start(ids(still), host));
}

/** As `up --force-recreate`: all that is there goes, as many come as are declared. */
const replace: Act = (service, release, host) =>
  make(
    service,
    Array.from({ length: service.replicas }, (_, index) => index + 1),
    release,
    gone(ids(ownOf(host, service.name)), host),
  );

const nameOf = ({ name }: ReleaseService, number: number) => `shop-${name}-${number}`;

function make(service: ReleaseService, numbers: readonly number[], release: Release, host: Host): Host {
  const bonds = numbers.length === 0 ? [] : bondsOf(service, release, host);
  const fresh = numbers.map((number, index) =>
    container(service.name, { id: `made-${host.made + index}`, name: nameOf(service, number), digest: service.digest }),
  );
  return {
    ...host,
    made: host.made + fresh.length,
    containers: [...host.containers, ...fresh],
    bonds: { ...host.bonds, ...Object.fromEntries(fresh.map(({ id }) => [id, bonds])) },
  };
}

/** What a container of the service holds on to when it is made now. */
export function bondsOf({ name, networks, sharesWith }: ReleaseService, release: Release, host: Host) {
  const attached = release.networks
    .filter(({ key }) => networks.includes(key))
    .flatMap((declared) => ids(host.networks.filter((found) => found.name === declared.name)));
  const shared = sharesWith.map((other) => {
    const [leader] = ownOf(host, other).filter(({ state }) => !still.has(state));
    if (leader === undefined) throw new Error(`${name} cannot share with ${other}, which does not run`);
    return leader.id;
  });
  return [...attached, ...shared];
}

const still: ReadonlySet<string> = new Set(['exited', 'created', 'dead']);

/** Compose makes the networks of what it starts. */
function withNetworks(name: string, release: Release, host: Host): Host {
  const { networks } = serviceOf(name, release);
  const missing = release.networks.filter(
    ({ key, name: full }) => networks.includes(key) && !host.networks.some((found) => found.name === full),
  );
  const made = missing.map(({ key, name: full, digest }, index) =>
    network(key, { id: `made-${host.made + index}`, name: full, digest }),
  );
  return { ...host, made: host.made + made.length, networks: [...host.networks, ...made] };
}

function start(which: readonly string[], host: Host): Host {
  for (const id of which) {
    const found = host.containers.find((candidate) => candidate.id === id);
    if (found === undefined || found.state === 'dead') throw new Error(`cannot start ${id}: ${found?.state ?? 'gone'}`);
    const lost = lostBonds(id, host);
    if (lost.length > 0) throw new Error(`cannot start ${found.name}: it holds on to ${lost.join(', ')}`);
  }
  return change(which, host, { state: 'running', exitCode: undefined });
}

/** What a container holds on to that is no more. */
export function lostBonds(id: string, { bonds, networks, containers }: Host): readonly string[] {
  const present = new Set([...ids(networks), ...ids(containers)]);
  return (bonds[id] ?? []).filter((bond) => !present.has(bond));
}

/** Jobs run to their end. */
function settle({ name, oneShot, digest }: ReleaseService, host: Host): Host {
  const running = ownOf(host, name).filter(({ state }) => !still.has(state));
  const wrong = running.find((found) => found.digest !== digest);
  if (wrong !== undefined) throw new Error(`waits for ${wrong.name}, which is of another release`);
  const ended = { ...change(ids(running), host, { state: 'exited', exitCode: 0 }), touched: host.touched };
  return oneShot ? ended : host;
}

function mended(host: Host, mend: Mend): Host {
  const { id } = mend.container;
  const found = host.containers.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`cannot mend ${id}, which is gone`);
  switch (mend.kind) {
    case 'unpause':
      return found.state === 'paused' ? change([id], host, { state: 'running' }) : host;
    case 'rename':
      return change([id], host, { name: mend.to });
    case 'connect':
      return configure(found, host, { [`networks.${mend.network}`]: mend.attachment });
    case 'disconnect':
      return configure(found, host, { [`networks.${mend.network}`]: null });
    case 'update':
      return configure(found, host, mend.fields);
  }
}

/** null: at its default. */
function configure(
  { id, configured }: ObservedContainer,
  host: Host,
  fields: Readonly<Record<string, string | null>>,
): Host {
  const all = Object.entries({ ...configured, ...fields });
  const left = all.flatMap(([field, value]) => (value === null ? [] : [[field, value] as const]));
  return change([id], host, { configured: Object.fromEntries(left) });
}

function removeNetwork(id: string, host: Host): Host {
  const active = host.containers.find((found) => !still.has(found.state) && host.bonds[found.id]?.includes(id));
  if (active !== undefined) throw new Error(`network ${id} has active endpoints: ${active.name}`);
  return { ...host, networks: host.networks.filter((found) => found.id !== id) };
}

const gone = (which: readonly string[], host: Host): Host => ({
  ...host,
  touched: [...host.touched, ...which],
  containers: host.containers.filter(({ id }) => !which.includes(id)),
});

const change = (which: readonly string[], host: Host, to: Partial<ObservedContainer>): Host => ({
  ...host,
  touched: [...host.touched, ...which],
  containers: host.containers.map((found) => (which.includes(found.id) ? { ...found, ...to } : found)),
});
