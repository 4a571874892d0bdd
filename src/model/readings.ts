import type { Distribution } from './metric.ts';
import type { Outcome } from './outcome.ts';

/** What happened since the process began and stands nowhere else. Times are milliseconds since the epoch. */
export interface Readings {
  readonly passes: ReadonlyMap<Outcome['kind'], number>;
  /** Seconds. */
  readonly durations: Distribution;
  /** When an app was last compared with Git, by its name. */
  readonly compared: ReadonlyMap<string, number>;
  /** By the URL of the repository. */
  readonly sources: ReadonlyMap<string, SourceReadings>;
  readonly engine: EngineReadings;
}

export interface SourceReadings {
  readonly looks: Results;
  readonly fetches: Results;
  readonly answeredAt: number | undefined;
}

export interface Results {
  readonly success: number;
  readonly failure: number;
}

export interface EngineReadings {
  readonly answeredAt: number | undefined;
  readonly failedAt: number | undefined;
}
