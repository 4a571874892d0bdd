import { emptyDistribution, withValue } from '../core/distribution.ts';
import type { Outcome } from '../model/outcome.ts';
import type { EngineReadings, SourceReadings } from '../model/readings.ts';
import type { Clock, Meter } from '../ports.ts';

/** Seconds: from a comparison that finds nothing to a deployment that waits long for its health. */
const bounds = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
/** Names that are remembered; what nothing was heard of for longest goes first. */
const mostNames = 10_000;

const unasked: SourceReadings = {
  looks: { success: 0, failure: 0 },
  fetches: { success: 0, failure: 0 },
  answeredAt: undefined,
};

export function createMeter(clock: Pick<Clock, 'now'>): Meter {
  const passes = new Map<Outcome['kind'], number>();
  const compared = new Map<string, number>();
  const sources = new Map<string, SourceReadings>();
  let durations = emptyDistribution(bounds);
  let engine: EngineReadings = { answeredAt: undefined, failedAt: undefined };
  const now = (): number => clock.now().getTime();
  return {
    passed(app, { outcome: { kind }, compared: isCompared, took }) {
      passes.set(kind, (passes.get(kind) ?? 0) + 1);
      durations = withValue(durations, took / 1000);
      if (isCompared) remember(compared, app, now());
    },
    asked(url, request, result) {
      const before = sources.get(url) ?? unasked;
      const key = request === 'look' ? 'looks' : 'fetches';
      const results = { ...before[key], [result]: before[key][result] + 1 };
      const answeredAt = result === 'success' ? now() : before.answeredAt;
      remember(sources, url, { ...before, [key]: results, answeredAt });
    },
    engine(result) {
      engine = { ...engine, [result === 'success' ? 'answeredAt' : 'failedAt']: now() };
    },
    readings: () => ({ passes, durations, compared, sources, engine }),
  };
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostNames && oldest !== undefined) map.delete(oldest);
}
