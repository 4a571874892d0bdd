import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';

const indexes = new WeakMap<Observed, ReadonlyMap<string, readonly ObservedContainer[]>>();

/** A look at the host is compared with every app: it is sorted by project once. */
function inProject(observed: Observed, project: string): readonly ObservedContainer[] {
  const index = indexes.get(observed) ?? indexByProject(observed);
  indexes.set(observed, index);
  return index.get(project) ?? [];
}

function indexByProject({ containers }: Observed): ReadonlyMap<string, readonly ObservedContainer[]> {
  const index = new Map<string, ObservedContainer[]>();
  for (const container of containers) {
    if (container.project === undefined || container.oneOff || container.job !== undefined) continue;
    const known = index.get(container.project);
    if (known) known.push(container);
    else index.set(container.project, [container]);
  }
  return index;
}

type Owner = Pick<App, 'name' | 'project'>;

const isOwn = (container: ObservedContainer, app: Owner, instance: string): boolean =>
  container.instance === instance && container.app === app.name;

/** The containers of an app that carry our instance label: nothing else is ever stopped, changed or removed. */
export const ownContainers = (observed: Observed, app: Owner, instance: string): readonly ObservedContainer[] =>
  inProject(observed, app.project).filter((container) => isOwn(container, app, instance));

/** What is left of the hooks and checks of an app, running or not. */
export const jobContainers = (observed: Observed, app: Owner, instance: string): readonly ObservedContainer[] =>
  observed.containers.filter(
    (container) => container.job !== undefined && container.project === app.project && isOwn(container, app, instance),
  );

/** The containers of an app's project that are not ours. */
export const strangersIn = (observed: Observed, app: Owner, instance: string): readonly ObservedContainer[] =>
  inProject(observed, app.project).filter((container) => !isOwn(container, app, instance));

/** Refuses a project in which somebody else's containers run: two owners would fight over them. */
export function assertOwned(observed: Observed, app: Owner, instance: string): void {
  const foreign = strangersIn(observed, app, instance);
  const [first] = foreign;
  if (first === undefined) return;
  const names = foreign.map(({ name }) => name).join(', ');
  throw new HarborError(
    `the Compose project ${app.project} already runs and is not ours: ${names} ${whose(first, foreign.length > 1, instance)}`,
    {
      code: 'project-foreign',
      hint: `Take it over: harbormaster adopt ${app.name}. Or stop it (docker compose --project-name ${app.project} down), or give this app another project name: apps.${app.name}.project`,
    },
  );
}

function whose({ instance, app }: ObservedContainer, several: boolean, own: string): string {
  if (instance === undefined) return `${several ? 'were' : 'was'} started by somebody else`;
  const belongs = several ? 'belong' : 'belongs';
  return instance === own
    ? `${belongs} to the app ${app}`
    : `${belongs} to another Harbormaster (instance ${instance})`;
}

/** Ports and names that the release needs and that a container outside of the app holds: found before anything is touched. */
export function assertFree(observed: Observed, release: Release, instance: string): void {
  const owner = { name: release.app, project: release.project };
  const others = observed.containers.filter(
    (container) => container.project !== owner.project || !isOwn(container, owner, instance),
  );
  for (const service of release.services) {
    const named = others.find(({ name }) => wantsName(service, release, name));
    if (named) {
      throw taken(
        'name-taken',
        `service ${service.name} wants the container name ${named.name}, which another container has`,
      );
    }
    for (const { port, protocol, hostIp } of service.replicas === 0 ? [] : service.ports) {
      const holder = others.find(({ ports }) =>
        ports.some((held) => held.port === port && held.protocol === protocol && overlap(held.hostIp, hostIp)),
      );
      if (holder) {
        throw taken(
          'port-taken',
          `service ${service.name} publishes port ${port}/${protocol}, which the container ${holder.name} holds`,
        );
      }
    }
  }
}

/** The name that the service asks for, or those that Compose gives to its replicas: `shop-web-1` and so on. */
function wantsName({ name, containerName, replicas }: ReleaseService, { project }: Release, taken: string): boolean {
  if (containerName !== undefined) return replicas > 0 && taken === containerName;
  const prefix = `${project}-${name}-`;
  const number = taken.slice(prefix.length);
  return taken.startsWith(prefix) && /^[1-9]\d*$/.test(number) && Number(number) <= replicas;
}

const anywhere = new Set(['', '0.0.0.0', '::']);
const overlap = (left: string, right: string): boolean => left === right || anywhere.has(left) || anywhere.has(right);

const taken = (code: 'name-taken' | 'port-taken', message: string): HarborError =>
  new HarborError(message, {
    code,
    hint: 'Stop that container, or change the compose file. It is tried again by itself.',
  });
