import type { HealthLimits } from '../model/app.ts';
import type { ContainerReport } from '../model/observed.ts';
import type { ReleaseService } from '../model/release.ts';
import { oneShotLabel } from './labels.ts';

export type Judgement =
  | { readonly kind: 'healthy' }
  /** `unchecked`: it says that it is healthy, but has had no occasion to find out. `ripeIn`: milliseconds until it is healthy if it only goes on running. */
  | { readonly kind: 'progressing'; readonly detail: string; readonly unchecked?: true; readonly ripeIn?: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** So many restarts by the engine, and still not well, are a crash loop: more waiting does not help. */
const crashLoop = 3;

/** Milliseconds since the epoch. */
export interface Moment {
  readonly now: number;
  /** What happened to it before proves nothing: it was signalled then. */
  readonly since?: number;
}

/** How a container that a deployment made, started or signalled is doing. */
export function judge(
  service: ReleaseService,
  container: ContainerReport,
  limits: HealthLimits,
  { now, since = 0 }: Moment,
): Judgement {
  const standing = judgeState(service, container, limits, { now, since });
  const { restarts, exitCode, state } = container;
  // While it runs again the engine tells no exit code, and this time it may go on running.
  if (standing.kind !== 'progressing' || restarts < crashLoop || state === 'running') return standing;
  return failed(`is in a crash loop: restarted ${restarts} times, last exit code ${exitCode}${oom(container)}`);
}

function judgeState(
  service: ReleaseService,
  container: ContainerReport,
  limits: HealthLimits,
  moment: Required<Moment>,
): Judgement {
  const { state, error } = container;
  if (state === 'exited' || state === 'dead') return judgeExit(service, container);
  if (state === 'running') return judgeRunning(service, container, limits, moment);
  if (state === 'created' && error !== '') return failed(`could not start: ${error}`);
  return { kind: 'progressing', detail: state };
}

/** What counts as "the dependency is there", for services that wait for it. */
export function meets(
  condition: 'started' | 'healthy' | 'completed',
  container: ContainerReport,
  judgement: Judgement,
): boolean {
  if (condition === 'started') return container.state === 'running' || judgement.kind === 'healthy';
  if (condition === 'completed') return container.state === 'exited' && container.exitCode === 0;
  return judgement.kind === 'healthy';
}

function judgeExit({ oneShot }: ReleaseService, container: ContainerReport): Judgement {
  if (container.exitCode === 0 && oneShot) return { kind: 'healthy' };
  if (container.exitCode === 0) {
    return failed(
      `ended with exit code 0. If it is meant to run to an end, give it the label \`${oneShotLabel}: "true"\``,
    );
  }
  return failed(`exited with code ${container.exitCode}${oom(container)}${container.error && `: ${container.error}`}`);
}

function judgeRunning(
  service: ReleaseService,
  container: ContainerReport,
  limits: HealthLimits,
  { now, since }: Required<Moment>,
): Judgement {
  if (service.oneShot) return { kind: 'progressing', detail: 'running to its end' };
  if (since > container.startedAt && checked.has(container.health)) return judgeSince(container, since);
  if (container.health === 'healthy') return { kind: 'healthy' };
  if (container.health === 'unhealthy') return failed('is unhealthy');
  if (container.health === 'starting') return { kind: 'progressing', detail: 'health: starting' };
  const age = now - Math.max(container.startedAt, since);
  const ripeIn = leastUp(container, limits) - age;
  return ripeIn <= 0
    ? { kind: 'healthy' }
    : { kind: 'progressing', detail: `up ${Math.max(0, Math.round(age / 1000))} s`, ripeIn };
}

/**
 * So long must run what the engine restarted until it counts as having come up: the engine's own measure, after which it begins to wait anew. Where
 * there is less time, half of it, so that one restart does not make every release fail.
 */
const settled = 10_000;

const leastUp = ({ restarts }: ContainerReport, { minReady, deadline }: HealthLimits): number =>
  restarts > 0 ? Math.max(minReady, Math.min(settled, deadline / 2)) : minReady;

const checked: ReadonlySet<string> = new Set(['healthy', 'unhealthy']);

/** What its healthcheck found before proves nothing, neither good nor bad: it has as many tries as a container that was started then. */
function judgeSince({ health, checks, retries }: ContainerReport, since: number): Judgement {
  const fresh = checks.filter(({ startedAt }) => startedAt >= since);
  if (fresh.at(-1)?.passed) return { kind: 'healthy' };
  if (health === 'unhealthy' && fresh.length >= Math.min(retries, mostChecks)) return failed('is unhealthy');
  if (fresh.length > 0) return { kind: 'progressing', detail: 'its last healthcheck did not pass' };
  const detail = 'no healthcheck since then';
  return health === 'healthy' ? { kind: 'progressing', detail, unchecked: true } : { kind: 'progressing', detail };
}

/** So many the engine tells. */
const mostChecks = 5;

const failed = (reason: string): Judgement => ({ kind: 'failed', reason });
const oom = ({ oomKilled }: ContainerReport): string => (oomKilled ? ' (killed: out of memory)' : '');
