import type { Metric, Sample } from '../model/metric.ts';
import type { AppStatus } from '../model/report.ts';
import { gauge } from './gauge.ts';

/** What a person decided, and what does not make an app another than Git asks for. */
const noDeparture: readonly string[] = ['held', 'policy', 'suspended'];

const sources: readonly AppStatus['source']['state'][] = ['fetched', 'stale', 'failed', 'unverified'];
const syncs: readonly AppStatus['sync']['state'][] = ['in-sync', 'out-of-sync', 'unknown'];
const healths: readonly AppStatus['health']['state'][] = ['healthy', 'progressing', 'degraded', 'missing', 'suspended'];

/** The five answers of each app, and since when. `firstSeen`: when an app was first seen out of sync in this one stretch, in milliseconds. */
export function appMetrics(apps: readonly AppStatus[], firstSeen: ReadonlyMap<string, number>): readonly Metric[] {
  return [
    gauge('harbormaster_app_source', 'What the last look at Git came to: 1 for the state that it is.', [
      ...stateSet(apps, sources, ({ source }) => source.state),
    ]),
    gauge('harbormaster_app_sync', 'Whether what runs is what Git asks for: 1 for the state that it is.', [
      ...stateSet(apps, syncs, ({ sync }) => sync.state),
    ]),
    gauge('harbormaster_app_health', 'How the services of an app are: 1 for the state that it is.', [
      ...stateSet(apps, healths, ({ health }) => health.state),
    ]),
    gauge(
      'harbormaster_app_operation',
      'Whether something is being done with an app.',
      apps.map((app) => sampleOf(app, app.operation === undefined ? 0 : 1)),
    ),
    gauge('harbormaster_app_blocked', 'Why nothing happens by itself, by the code of what is in the way.', [
      ...apps.flatMap((app) => app.blockedBy.map(({ code }) => sampleOf(app, 1, { code }))),
    ]),
    gauge(
      'harbormaster_app_last_success_timestamp_seconds',
      'When a release of an app was last seen healthy at the end of its deployment.',
      apps.flatMap((app) => (app.deployed ? [sampleOf(app, seconds(app.deployed.at))] : [])),
    ),
    gauge(
      'harbormaster_app_last_attempt_timestamp_seconds',
      'When a release of an app was last attempted, with whatever outcome.',
      apps.flatMap((app) => (app.attempted ? [sampleOf(app, seconds(app.attempted.at))] : [])),
    ),
    gauge(
      'harbormaster_app_out_of_sync_since_timestamp_seconds',
      'Since when an app is not as Git asks for; absent while it is.',
      apps.flatMap((app) => {
        const since = outOfSyncSince(app, firstSeen.get(app.app));
        return since === undefined ? [] : [sampleOf(app, since / 1000)];
      }),
    ),
  ];
}

/** Milliseconds. The log knows it of what is in the way; of the rest it is when it was first seen. */
function outOfSyncSince({ sync, blockedBy }: AppStatus, firstSeen: number | undefined): number | undefined {
  if (sync.state !== 'out-of-sync') return undefined;
  const known = blockedBy.filter(({ code }) => !noDeparture.includes(code)).map(({ since }) => Date.parse(since));
  const times = [...known, ...(firstSeen === undefined ? [] : [firstSeen])].filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.min(...times);
}

const stateSet = <State extends string>(
  apps: readonly AppStatus[],
  states: readonly State[],
  of: (app: AppStatus) => State,
): readonly Sample<number>[] =>
  apps.flatMap((app) => states.map((state) => sampleOf(app, of(app) === state ? 1 : 0, { state })));

const sampleOf = ({ app }: AppStatus, value: number, more: Readonly<Record<string, string>> = {}): Sample<number> => ({
  labels: { app, ...more },
  value,
});

const seconds = (iso: string): number => Date.parse(iso) / 1000;
