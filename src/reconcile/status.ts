import { diff } from '../core/diff.ts';
import { sentence } from '../core/format-plan.ts';
import { ownContainers } from '../core/ownership.ts';
import type { App } from '../model/app.ts';
import type { Change } from '../model/change.ts';
import type { AppHistory } from '../model/entry.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { AppStatus, Block, HealthState, ServiceStatus, SyncState } from '../model/report.ts';

export interface StatusInput {
  readonly app: App;
  readonly history: AppHistory | undefined;
  /** The release that was deployed last, if it was kept. */
  readonly deployed: Release | undefined;
  readonly observed: Observed;
  readonly instance: string;
  /** Which step runs now. */
  readonly operation: string | undefined;
}

/** The five answers of one app. Pure. */
export function appStatus({ app, history, deployed, observed, instance, operation }: StatusInput): AppStatus {
  const containers = ownContainers(observed, app, instance);
  const services = (deployed?.services ?? []).map((service) => serviceStatus(service, containers, history));
  return {
    app: app.name,
    source: sourceOf(app, history),
    sync: syncOf(history, deployed, containers),
    health: { state: worst(services), services },
    operation,
    blockedBy: blocksOf(app, history),
    deployed: history?.deployed && pick(history.deployed),
  };
}

const pick = ({ release, commit, at, seq }: NonNullable<AppHistory['deployed']>) => ({ release, commit, at, seq });

function sourceOf(app: App, history: AppHistory | undefined): AppStatus['source'] {
  const outcome = history?.attempted?.outcome;
  const where = `${app.repository.url} ${app.ref.name}`;
  if (
    history?.trouble &&
    outcome?.kind === 'failed' &&
    (outcome.code.startsWith('source-') || outcome.code === 'ref-missing')
  ) {
    return { state: 'failed', detail: outcome.message };
  }
  const commit = history?.attempted?.commit ?? history?.deployed?.commit;
  return commit === undefined
    ? { state: 'stale', detail: `${where}: not looked at yet` }
    : { state: 'fetched', detail: `${where} at ${commit.slice(0, 10)}` };
}

function syncOf(
  history: AppHistory | undefined,
  deployed: Release | undefined,
  containers: readonly ObservedContainer[],
): SyncState {
  const causes = [
    ...(history?.trouble ? [history.trouble.message] : []),
    ...(deployed ? diff({ release: deployed, deployed, history, containers }).map(driftText) : []),
  ];
  if (causes.length > 0) return { state: 'out-of-sync', causes };
  if (history?.deployed === undefined) return { state: 'out-of-sync', causes: ['never deployed'] };
  return deployed
    ? { state: 'in-sync' }
    : { state: 'unknown', because: 'the deployed release was not kept on disk; the next pass finds out' };
}

const driftText = (change: Change): string => {
  const what = 'to' in change ? change.to.name : 'service' in change ? change.service : change.network.name;
  return `${what}: ${sentence(change.cause)}`;
};

function serviceStatus(
  service: ReleaseService,
  containers: readonly ObservedContainer[],
  history: AppHistory | undefined,
): ServiceStatus {
  const mine = containers.filter((container) => container.service === service.name);
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

const worst = (services: readonly ServiceStatus[]): HealthState =>
  services.length === 0 ? 'missing' : worstOf(services.map(({ health }) => health));

function blocksOf(app: App, history: AppHistory | undefined): readonly Block[] {
  const outcome = history?.attempted?.outcome;
  if (history?.trouble === undefined) return [];
  const { since, message, kind } = history.trouble;
  const lift =
    outcome?.kind === 'blocked'
      ? (outcome.reasons.find((reason) => reason.lift !== undefined)?.lift ?? `harbormaster apply ${app.name}`)
      : outcome?.kind === 'failed' && outcome.hint !== undefined
        ? outcome.hint
        : `harbormaster apply ${app.name}`;
  const code = outcome?.kind === 'failed' ? outcome.code : kind;
  return [{ code, detail: message, since, until: undefined, lift }];
}
