import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { ComposeModel, ComposeService } from '../model/compose-model.ts';
import { mapValues } from './compose-paths.ts';
import { nearest } from './nearest.ts';
import { joinedService } from './release-service.ts';

/** The profile that services of hooks and checks may stay in, so that `docker compose up` leaves them alone. */
export const jobProfile = 'hooks';

/** Profiles to render with: an app that has jobs is rendered with theirs, too. */
export const profilesOf = ({ profiles }: Pick<App, 'profiles'>, jobs: readonly string[]): readonly string[] =>
  jobs.length === 0 || profiles.includes(jobProfile) ? profiles : [...profiles, jobProfile];

/**
 * The model without what is in it only because of the jobs' profile, and is no job. Throws `compose-invalid` where a job is not declared, or where
 * a service needs the container of one, which is not there.
 */
export function withJobs(
  model: ComposeModel,
  app: Pick<App, 'name' | 'profiles'>,
  jobs: readonly string[],
): ComposeModel {
  if (jobs.length === 0) return model;
  const absent = jobs.find((job) => !Object.hasOwn(model.services, job));
  if (absent !== undefined) throw notDeclared(absent, model, app);
  const isMeant = (name: string, { profiles }: ComposeService): boolean =>
    jobs.includes(name) ||
    !Array.isArray(profiles) ||
    profiles.length === 0 ||
    profiles.some((one) => app.profiles.includes(one));
  const services = Object.fromEntries(
    Object.entries(model.services).filter(([name, service]) => isMeant(name, service)),
  );
  for (const [name, service] of Object.entries(services)) assertFree(name, service, jobs);
  return { ...model, services: mapValues(services, (service) => withoutStrangers(service, services)) };
}

/** Compose refuses a file in which a service depends on one that is not there. */
function withoutStrangers(service: ComposeService, services: Readonly<Record<string, ComposeService>>): ComposeService {
  const { depends_on: needs } = service;
  if (needs === undefined || Object.keys(needs).every((name) => Object.hasOwn(services, name))) return service;
  return {
    ...service,
    depends_on: Object.fromEntries(Object.entries(needs).filter(([name]) => Object.hasOwn(services, name))),
  };
}

function assertFree(name: string, service: ComposeService, jobs: readonly string[]): void {
  const shared = [service.network_mode, service.pid, service.ipc].map(joinedService);
  const job = [...shared, ...(service.volumes_from ?? []).map((from) => from.split(':')[0])].find(
    (other) => other !== undefined && jobs.includes(other),
  );
  if (job === undefined) return;
  throw new HarborError(
    `service ${name} shares with ${job}, which runs only as a hook or check and is gone afterwards`,
    {
      code: 'compose-invalid',
      hint: `Let ${name} share with a service that stays.`,
    },
  );
}

function notDeclared(
  job: string,
  { services }: ComposeModel,
  { name, profiles }: Pick<App, 'name' | 'profiles'>,
): HarborError {
  const meant = nearest(job, Object.keys(services));
  const all = [...profiles, jobProfile].join(', ');
  return new HarborError(
    `a hook or check of ${name} runs the service ${job}, which its compose files do not declare (with the profiles ${all})`,
    {
      code: 'compose-invalid',
      hint: `Declare it in the compose files, or correct apps.${name} in harbormaster.yml.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`,
    },
  );
}
