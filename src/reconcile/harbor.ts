import type { Trigger } from '../model/entry.ts';
import type { HostStatus, PassReport, PlanReport } from '../model/report.ts';
import type { Progress } from '../ports.ts';

/** Told of each app as soon as its pass is over: a slow one holds up only itself. */
export type Ended = (report: PassReport) => void;

/** Everything that the CLI and the API may ask for, one method each. `apps` empty: all of them. Unknown names throw `app-unknown`. */
export interface Harbor {
  plan(apps: readonly string[]): Promise<readonly PlanReport[]>;
  /** One pass over the named apps because a person asked: also over names that left the configuration, which removes them. */
  apply(apps: readonly string[], trigger: Trigger, progress: Progress): Promise<readonly PassReport[]>;
  /** One pass of the loop's own over exactly these apps, and over whatever left the configuration. */
  pass(apps: readonly string[], trigger: Trigger, progress: Progress, ended?: Ended): Promise<readonly PassReport[]>;
  status(apps: readonly string[]): Promise<HostStatus>;
}
