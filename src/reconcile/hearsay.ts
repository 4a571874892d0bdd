import { instead } from '../core/instead.ts';
import type { DeploymentLog, Progress } from '../ports.ts';
import type { Harbor } from './harbor.ts';

/** What goes on in a daemon, for whoever listens to it. What was missed is not told again: what counts stands in the log. */
export interface Hearsay {
  /** Something was written down, or may be otherwise now. */
  stir(): void;
  /** What is being done with an app. */
  readonly progress: Progress;
  /** Until it is disposed of. */
  listen(listener: Listener): Disposable;
}

export interface Listener {
  stirred(): void;
  progressed(app: string, message: string): void;
}

export function createHearsay(): Hearsay {
  const listeners = new Set<Listener>();
  return {
    stir() {
      for (const listener of listeners) listener.stirred();
    },
    progress(app, message) {
      for (const listener of listeners) listener.progressed(app, message);
    },
    listen(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

/** The log, whose entries are heard of as they are written. */
export const heardLog = <Log extends DeploymentLog>(log: Log, { stir }: Hearsay): Log =>
  instead<DeploymentLog>(log, {
    async append(body) {
      const entry = await log.append(body);
      stir();
      return entry;
    },
  }) as Log;

/** A Harbor whose work is heard of, whoever asked for it. */
export function heardHarbor(harbor: Harbor, { progress: hear }: Hearsay): Harbor {
  const both =
    (tell: Progress): Progress =>
    (app, message) => {
      hear(app, message);
      tell(app, message);
    };
  return {
    ...harbor,
    pass: (apps, trigger, tell, ended) => harbor.pass(apps, trigger, both(tell), ended),
    apply: (apps, trigger, tell) => harbor.apply(apps, trigger, both(tell)),
    retry: (apps, trigger, tell) => harbor.retry(apps, trigger, both(tell)),
    rollback: (request, trigger, tell) => harbor.rollback(request, trigger, both(tell)),
    approve: (request, trigger, tell) => harbor.approve(request, trigger, both(tell)),
    approveRemoval: (apps, reason, trigger, tell) => harbor.approveRemoval(apps, reason, trigger, both(tell)),
    adopt: (request, trigger, tell) => harbor.adopt(request, trigger, both(tell)),
  };
}
