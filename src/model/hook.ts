import type { ContainerRef } from './mend.ts';

/**
 * When a hook runs. `pre_deploy`: before a new release touches anything that runs. `post_deploy`: when it is healthy and has passed its checks.
 * `on_failure`: when its deployment failed. `pre_remove`: before an app that left the configuration is removed.
 */
export type HookMoment = 'pre_deploy' | 'post_deploy' | 'on_failure' | 'pre_remove';

/** A one-shot service of an app that runs at a moment of an operation, at most once in it. */
export interface Hook {
  readonly moment: HookMoment;
  /** Key in the compose file. */
  readonly service: string;
  /** Milliseconds that it may take. */
  readonly limit: number;
  /** What it does is not undone by going back to an earlier release. */
  readonly irreversible: boolean;
}

/** How a hook ended. `lost`: its container is gone, and nobody knows. `unstarted`: it was made, and never ran. */
export interface HookEnd {
  readonly result: 'passed' | 'failed' | 'lost' | 'unstarted';
  readonly exitCode?: number;
  /** Why it did not pass, as the end of a sentence about it. */
  readonly because?: string;
  /** What it wrote last, where it did not pass: bounded, without escapes and known secrets. */
  readonly output?: string;
  /** Milliseconds that its container ran. */
  readonly duration?: number;
}

/** A hook that an operation began. */
export interface HookRun extends Hook {
  readonly container: ContainerRef;
  /** The intent under which it began: after a crash another one goes on with it. */
  readonly intent: number;
  /** ISO 8601. */
  readonly begunAt: string;
  /** Undefined: it runs, or a crash left it to be looked after. */
  readonly end?: HookEnd | undefined;
}
