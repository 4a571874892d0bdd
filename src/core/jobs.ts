import type { App } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { Hook, HookMoment, HookRun } from '../model/hook.ts';
import type { Release, ReleaseService } from '../model/release.ts';

/** Services that only hooks and checks run. */
export const jobsOf = ({ jobs = [] }: Pick<Release, 'jobs'>): readonly ReleaseService[] => jobs;

/** Everything that a release has an image of. */
export const servicesAndJobs = (release: Pick<Release, 'services' | 'jobs'>): readonly ReleaseService[] => [
  ...release.services,
  ...jobsOf(release),
];

export const hooksAt = ({ hooks = [] }: Pick<Release, 'hooks'>, moment: HookMoment): readonly Hook[] =>
  hooks.filter((hook) => hook.moment === moment);

/** What was begun of these hooks in an operation that goes on, or that goes on now. */
export const runsOf = (history: AppHistory | undefined, release: string | undefined): readonly HookRun[] =>
  history?.hooks?.release === release && !history?.hooks?.over ? (history?.hooks?.runs ?? []) : [];

/** The run of a hook, if it was begun; at most one in an operation. */
export const runOf = (
  runs: readonly HookRun[],
  { moment, service }: Pick<Hook, 'moment' | 'service'>,
): HookRun | undefined => runs.find((run) => run.moment === moment && run.service === service);

/** Hooks whose end nobody knows yet. */
export const pendingRuns = (history: AppHistory | undefined): readonly HookRun[] =>
  (history?.hooks?.runs ?? []).filter(({ end }) => end === undefined);

/** Milliseconds that the hooks and checks of a deployment may take, at the worst. */
export function timeOfJobs({ hooks = [], checks = [] }: Partial<Pick<App, 'hooks' | 'checks'>>): number {
  const around = hooks.filter(({ moment }) => moment === 'pre_deploy' || moment === 'post_deploy');
  const asked = checks.map(({ limit, retries, pause }) => limit * (retries + 1) + pause * retries);
  return [...around.map(({ limit }) => limit), ...asked].reduce((sum, time) => sum + time, 0);
}
