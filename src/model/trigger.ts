import type { Actor } from './actor.ts';

/** What made a pass happen. */
export interface Trigger {
  readonly kind:
    | 'start'
    | 'interval'
    | 'file-change'
    | 'engine-event'
    | 'retry'
    | 'window'
    | 'dependency'
    | 'request'
    | 'webhook';
  /** Of a request: the name that the person's word goes by. */
  readonly by?: string | undefined;
  /** Of a request or webhook: who it was, and how far that is proven. `actorOf` tells it of every trigger. */
  readonly actor?: Actor | undefined;
  /** Why a person wants it done also while a window is closed. */
  readonly override?: string | undefined;
  /** Why a person wants it done without waiting for the apps that it depends on. */
  readonly ignoreOrder?: string | undefined;
}
