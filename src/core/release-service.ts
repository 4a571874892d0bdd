import type { ComposeDependency, ComposeModel, ComposePort, ComposeService } from '../model/compose-model.ts';
import type { Dependency, DependencyCondition, Pin, PublishedPort, ReleaseService } from '../model/release.ts';
import { oneShotLabel } from './labels.ts';

interface ServiceInput {
  readonly name: string;
  readonly service: ComposeService;
  /** Services that another one waits for to complete: `awaitedJobs`. */
  readonly awaited: ReadonlySet<string>;
  readonly pin: Pin;
  readonly digest: string;
  readonly content: Readonly<Record<string, string>>;
}

const conditions: Readonly<Record<string, DependencyCondition>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
};

/** What Harbormaster must know of a service to order, compare and judge it. */
export function describeService({ name, service, awaited, pin, digest, content }: ServiceInput): ReleaseService {
  return {
    name,
    image: pin,
    digest,
    content,
    dependsOn: Object.entries(service.depends_on ?? {}).map(([on, dependency]) => describeDependency(on, dependency)),
    sharesWith: sharedServices(service),
    oneShot: declaredOneShot(service) ?? awaited.has(name),
    replicas: service.scale ?? service.deploy?.replicas ?? 1,
    healthcheck: hasHealthcheck(service),
    containerName: service.container_name,
    ports: (service.ports ?? []).flatMap(publishedPorts),
    networks: Object.keys(service.networks ?? {}),
  };
}

const describeDependency = (service: string, { condition, restart }: ComposeDependency): Dependency => ({
  service,
  condition: conditions[condition ?? 'service_started'] ?? 'started',
  restart: restart === true,
});

/** `network_mode: service:w` and its like: a container that lives in another one's namespace, or on its volumes, dies with it. */
function sharedServices(service: ComposeService): readonly string[] {
  const modes = [service.network_mode, service.pid, service.ipc].flatMap((mode) => joinedService(mode) ?? []);
  const volumesFrom = (service.volumes_from ?? [])
    .filter((from) => !from.startsWith('container:'))
    .map((from) => from.split(':')[0] ?? from);
  return [...new Set([...modes, ...volumesFrom])];
}

/** The service that a mode like `service:web` names. */
export const joinedService = (mode: string | undefined): string | undefined =>
  mode?.startsWith('service:') ? mode.slice('service:'.length) : undefined;

/** What the service's label says; Compose's default is `restart: "no"`, so "it exited with 0" alone does not make a one-shot. */
function declaredOneShot({ labels }: ComposeService): boolean | undefined {
  const declared = labels?.[oneShotLabel];
  return declared === 'true' || declared === 'false' ? declared === 'true' : undefined;
}

/** The services that another one of the model waits for to complete. */
export const awaitedJobs = ({ services }: ComposeModel): ReadonlySet<string> =>
  new Set(
    Object.values(services).flatMap(({ depends_on = {} }) =>
      Object.entries(depends_on)
        .filter(([, { condition }]) => condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );

const hasHealthcheck = ({ healthcheck }: ComposeService): boolean => {
  const test = healthcheck?.['test'];
  return healthcheck !== undefined && healthcheck.disable !== true && !(Array.isArray(test) && test[0] === 'NONE');
};

/** A rendering has one entry for each port; of a range that is left in one, and of port 0, the engine picks one that is free. */
function publishedPorts({ published, host_ip, protocol }: ComposePort): readonly PublishedPort[] {
  const port = Number(published ?? '');
  if (!Number.isInteger(port) || port === 0) return [];
  return [{ hostIp: host_ip ?? '', port, protocol: protocol ?? 'tcp' }];
}
