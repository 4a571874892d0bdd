import type { Cause } from './change.ts';
import type { HookMoment } from './hook.ts';
import type { ContainerRef, Mend } from './mend.ts';
import type { Refresh } from './on-change.ts';

export interface ServiceCause {
  readonly service: string;
  readonly cause: Cause;
}

/** A container that stays, and the service digests that it is at, or may be at, and comes to. */
export interface RefreshedRef extends ContainerRef {
  readonly from: readonly string[];
  readonly to: string;
}

/** One act, complete: it names what it touches and leaves the engine no choice. */
export type Step =
  | { readonly kind: 'pull'; readonly services: readonly string[]; readonly image: string }
  | { readonly kind: 'build'; readonly service: string; readonly tag: string }
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'stop'; readonly services: readonly ServiceCause[]; readonly containers: readonly ContainerRef[] }
  | { readonly kind: 'remove-network'; readonly network: ContainerRef; readonly cause: Cause }
  | { readonly kind: 'create'; readonly services: readonly ServiceCause[] }
  | {
      readonly kind: 'replace';
      readonly services: readonly ServiceCause[];
      readonly containers: readonly ContainerRef[];
    }
  /** Of one service. */
  | {
      readonly kind: 'refresh';
      readonly by: Refresh;
      readonly services: readonly ServiceCause[];
      readonly containers: readonly RefreshedRef[];
    }
  | { readonly kind: 'start'; readonly services: readonly ServiceCause[]; readonly containers: readonly ContainerRef[] }
  | { readonly kind: 'mend'; readonly services: readonly ServiceCause[]; readonly mends: readonly Mend[] }
  | {
      readonly kind: 'await';
      readonly services: readonly string[];
      readonly condition: 'started' | 'healthy' | 'completed';
    }
  /** Of `on_failure`: only if another step fails. */
  | {
      readonly kind: 'hook';
      readonly moment: HookMoment;
      readonly service: string;
      /** Milliseconds. */
      readonly limit: number;
      readonly irreversible: boolean;
    }
  /** `advisory`: it is asked and told, and nothing hangs on it. */
  | { readonly kind: 'check'; readonly check: string; readonly advisory: boolean }
  | {
      readonly kind: 'remove';
      readonly services: readonly ServiceCause[];
      readonly containers: readonly ContainerRef[];
    };

/** The ordered, complete, printable list of acts that takes an app from what was observed to a release. */
export interface Plan {
  readonly app: string;
  readonly project: string;
  /** Digest of the release; undefined when the app is removed. */
  readonly release: string | undefined;
  readonly steps: readonly Step[];
}
