import type { HostConfig } from '../model/config.ts';
import type { EngineReadings } from '../model/readings.ts';
import type { Clock, DeploymentLog, Engine, Meter } from '../ports.ts';

/** One thing that must be so for deployments to go on. Told to anybody: nothing of the host is in it. */
export interface ReadyCheck {
  readonly check: 'log' | 'engine' | 'configuration';
  /** Undefined: it is well. */
  readonly failure: string | undefined;
}

export interface ReadinessOptions {
  readonly log: Pick<DeploymentLog, 'condition'>;
  /** A metered one. */
  readonly engine: Pick<Engine, 'observe'>;
  readonly meter: Meter;
  readonly config: () => Pick<HostConfig, 'troubles'>;
  readonly clock: Clock;
}

/** Milliseconds: an answer counts so long, a failure so long, and so long is waited for either. */
const lately = 60_000;
const failureCounts = 5_000;
const patience = 5_000;

/** Whether all that deployments need is there. However often it is asked, the engine is asked only now and then. */
export function createReadiness(options: ReadinessOptions): () => Promise<readonly ReadyCheck[]> {
  const { log, meter, config, clock } = options;
  let probing: Promise<void> | undefined;
  const engineFailure = async (): Promise<string | undefined> => {
    if (needsProbe(meter.readings().engine, clock.now().getTime())) {
      probing ??= probe(options).finally(() => {
        probing = undefined;
      });
      await probing;
    }
    return failureOf(meter.readings().engine, clock.now().getTime());
  };
  return async () => [
    { check: 'log', failure: log.condition()?.kind === 'unwritable' ? 'it takes no entries' : undefined },
    { check: 'engine', failure: await engineFailure() },
    { check: 'configuration', failure: config().troubles.length > 0 ? 'what is newer is not in force' : undefined },
  ];
}

const hasFailedSince = ({ answeredAt, failedAt }: EngineReadings): boolean =>
  failedAt !== undefined && failedAt >= (answeredAt ?? 0);

function needsProbe(engine: EngineReadings, now: number): boolean {
  if (hasFailedSince(engine)) return now - (engine.failedAt ?? 0) > failureCounts;
  return engine.answeredAt === undefined || now - engine.answeredAt > lately;
}

async function probe({ engine, meter, clock }: ReadinessOptions): Promise<void> {
  const answered = new AbortController();
  const late = clock.sleep(patience, answered.signal).then(
    () => meter.engine('failure'),
    () => undefined,
  );
  const asked = engine.observe().then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([asked, late]);
  answered.abort();
}

function failureOf(engine: EngineReadings, now: number): string | undefined {
  if (!hasFailedSince(engine)) return undefined;
  const { answeredAt } = engine;
  return answeredAt === undefined
    ? 'it has not answered yet'
    : `it has not answered for ${Math.round((now - answeredAt) / 1000)} s`;
}
