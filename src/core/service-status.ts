import type { AppHistory } from '../model/history.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { HealthState, ServiceStatus } from '../model/report.ts';
import { groupBy } from './group-by.ts';

/** How each service of a release is doing, by what the list of containers tells. */
export const serviceStatuses = (
  release: Release | undefined,
  containers: readonly ObservedContainer[],
  history: AppHistory | undefined,
): readonly ServiceStatus[] => {
  const byService = groupBy(containers, ({ service }) => service);
  return (release?.services ?? []).map((service) => serviceStatus(service, byService.get(service.name) ?? [], history));
};

function serviceStatus(
  service: ReleaseService,
  mine: readonly ObservedContainer[],
  history: AppHistory | undefined,
): ServiceStatus {
  const isDone = service.oneShot && history?.completed.includes(service.digest) === true;
  const states = mine.map((container) => containerHealth(container, service));
  const absent: HealthState[] = isDone || mine.length >= service.replicas ? [] : ['missing'];
  return {
    service: service.name,
    health: worstOf([...states, ...absent]),
    found: mine.length === 0 ? (isDone ? 'done' : 'no container') : mine.map(foundText).join(', '),
    containers: mine.map(({ id }) => id.slice(0, 12)),
  };
}

function containerHealth({ state, health, exitCode }: ObservedContainer, { oneShot }: ReleaseService): HealthState {
  if (state === 'paused') return 'suspended';
  if (state === 'running')
    return health === 'unhealthy' ? 'degraded' : health === 'starting' ? 'progressing' : 'healthy';
  if (state === 'created') return 'progressing';
  return oneShot && exitCode === 0 ? 'healthy' : 'degraded';
}

const foundText = ({ state, health, exitCode }: ObservedContainer): string => {
  const detail = state === 'exited' ? exitCode : health === 'none' ? undefined : health;
  return detail === undefined ? state : `${state} (${detail})`;
};

/** Worst last. */
const ranking: readonly HealthState[] = ['healthy', 'suspended', 'progressing', 'missing', 'degraded'];

const worstOf = (states: readonly HealthState[]): HealthState =>
  states.reduce<HealthState>(
    (worse, state) => (ranking.indexOf(state) > ranking.indexOf(worse) ? state : worse),
    'healthy',
  );

/** Of a whole app: without a service nothing is there. */
export const worst = (services: readonly ServiceStatus[]): HealthState =>
  services.length === 0 ? 'missing' : worstOf(services.map(({ health }) => health));
