import { gauge, one } from '../core/gauge.ts';
import { hostMetrics } from '../core/host-metrics.ts';
import { processMetrics } from '../core/process-metrics.ts';
import { asHarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { Metric } from '../model/metric.ts';
import type { AppStatus, HostStatus } from '../model/report.ts';
import type { Harbor } from './harbor.ts';
import { createReadiness, type ReadinessOptions, type ReadyCheck } from './readiness.ts';

/** What a machine that watches over hosts asks a daemon. */
export interface Instruments {
  ready(): Promise<readonly ReadyCheck[]>;
  /** Of the whole host. While the engine does not answer there is nothing of what only it knows. */
  metrics(): Promise<readonly Metric[]>;
}

interface InstrumentsOptions extends Omit<ReadinessOptions, 'config'> {
  readonly harbor: Pick<Harbor, 'status' | 'log'>;
  readonly config: () => HostConfig;
  readonly agenda: ReadonlyMap<string, Date>;
  readonly build: { readonly version: string; readonly commit: string };
  readonly startedAt: Date;
}

export function createInstruments(options: InstrumentsOptions): Instruments {
  const { harbor, clock } = options;
  const firstSeen = new Map<string, number>();
  return {
    ready: createReadiness(options),
    async metrics() {
      const status = await statusOf(harbor);
      if (status) noteOutOfSync(status.apps, firstSeen, clock.now().getTime());
      return [
        ...processMetrics(factsOf(options)),
        gauge('harbormaster_engine_up', 'Whether the engine answers.', one(status !== undefined)),
        gauge(
          'harbormaster_log_sequence',
          'Number of the newest entry of the deployment log.',
          one(await newest(harbor)),
        ),
        ...(status ? hostMetrics(status, firstSeen) : []),
      ];
    },
  };
}

/** Undefined: the engine does not answer. What else goes wrong is an error. */
const statusOf = (harbor: Pick<Harbor, 'status'>): Promise<HostStatus | undefined> =>
  harbor.status([]).catch((error: unknown) => {
    if (asHarborError(error).code === 'engine-unreachable') return undefined;
    throw error;
  });

const newest = async ({ log }: Pick<Harbor, 'log'>): Promise<number> =>
  (await log({}, { order: 'newest', before: undefined, limit: 1 })).entries[0]?.seq ?? 0;

function noteOutOfSync(apps: readonly AppStatus[], firstSeen: Map<string, number>, now: number): void {
  const out = new Set(apps.filter(({ sync }) => sync.state === 'out-of-sync').map(({ app }) => app));
  for (const app of firstSeen.keys()) if (!out.has(app)) firstSeen.delete(app);
  for (const app of out) if (!firstSeen.has(app)) firstSeen.set(app, now);
}

function factsOf({ build, startedAt, config, agenda, log, meter, clock }: InstrumentsOptions) {
  const { apps, source, troubles } = config();
  const condition = log.condition();
  return {
    ...build,
    startedAt: startedAt.getTime(),
    apps,
    repositories: [...apps.map(({ repository }) => repository.url), ...(source ? [source.repository.url] : [])],
    due: apps.filter(({ name }) => (agenda.get(name)?.getTime() ?? 0) <= clock.now().getTime()).length,
    isLogWritable: condition && condition.kind === 'sound',
    troubles: troubles.length,
    readings: meter.readings(),
  };
}
