import type { ComposeModel, ComposeService } from '../model/compose-model.ts';
import type { Release } from '../model/release.ts';
import { mapPaths, mapValues, undoubled, within } from './compose-paths.ts';
import { canonical } from './digest.ts';
import { labels } from './labels.ts';
import { parseSealed } from './sealed-model.ts';

export interface JobOrder {
  /** Key in the compose file. */
  readonly service: string;
  /** What it is run for: a hook's moment, or `check`. */
  readonly job: string;
  /** Sets this container apart from every other run of the service. */
  readonly run: string;
  /** Added to its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The app's `live/`, absolute. */
  readonly live: string;
  /** Where the release's files are kept, laid out as in the repository; undefined if it has none. */
  readonly files: string | undefined;
}

/** Key and container name of one run of a job. */
export const jobName = ({ service, job, run }: Pick<JobOrder, 'service' | 'job' | 'run'>): string =>
  `${job.replaceAll('_', '-')}-${service}-${run}`;

/**
 * A model in which the job's service is one of its own: defined as the release sealed it, but run once, labelled as a job, and with its files as the
 * release has them, because `live/` is changed only after hooks have run.
 */
export function jobModel(release: Release, order: JobOrder): { readonly name: string; readonly model: string } {
  const name = jobName(order);
  const sealed = parseSealed(release.compose);
  const model = withKeptFiles(sealed, release, order);
  const definition = model.services[order.service] ?? {};
  const own = oneRun(definition, `${release.project}-${name}`, order);
  return { name, model: canonical({ ...model, services: { ...sealed.services, [name]: own } }) };
}

function oneRun(definition: ComposeService, containerName: string, { job, environment }: JobOrder): ComposeService {
  const { deploy, scale: _, depends_on: __, ...rest } = definition;
  const { replicas: ___, mode: ____, restart_policy: _____, ...resources } = deploy ?? {};
  return {
    ...rest,
    ...(Object.keys(resources).length > 0 && { deploy: resources }),
    container_name: containerName,
    restart: 'no',
    labels: { ...definition.labels, [labels.job]: job },
    environment: { ...definition.environment, ...mapValues(environment, (value) => value.replaceAll('$', () => '$$')) },
  };
}

/**
 * Files of the repository from where the release keeps them, for reading only. A folder that a service which is deployed may write to is shared with
 * that one: data, which stays where it is.
 */
function withKeptFiles(model: ComposeModel, release: Release, { service, live, files }: JobOrder): ComposeModel {
  if (files === undefined) return model;
  const isOfRepository = (path: string): boolean => release.mounts.some((mount) => mount.path === path);
  const shared = sharedPaths(model, release, service);
  const moved = mapPaths(model, ({ use, path }) => {
    const inside = within(live, path);
    const stays = inside === undefined || use === 'volume' || !isOfRepository(inside) || shared.has(path);
    return stays ? path : `${files}/${inside}`;
  });
  const definition = moved.services[service] ?? {};
  const volumes = definition.volumes?.map((mount) =>
    mount.type === 'bind' && within(files, undoubled(mount.source ?? '')) !== undefined
      ? { ...mount, read_only: true }
      : mount,
  );
  return { ...moved, services: { ...moved.services, [service]: { ...definition, ...(volumes && { volumes }) } } };
}

/** Paths that the job and a service that is deployed both mount writable. */
function sharedPaths({ services }: ComposeModel, release: Release, job: string): ReadonlySet<string> {
  const writable = (name: string) =>
    (services[name]?.volumes ?? []).flatMap(({ type, source, read_only }) =>
      type === 'bind' && source !== undefined && read_only !== true ? [undoubled(source)] : [],
    );
  const deployed = new Set(release.services.flatMap(({ name }) => writable(name)));
  return new Set(writable(job).filter((path) => deployed.has(path)));
}
