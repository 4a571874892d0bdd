import { type Bell, createBell } from './bell.ts';

/** One app that is being worked on. */
export interface Work extends Disposable {
  /** Aborted when a newer release ends its waiting; the reason is that release's digest. */
  readonly superseded: AbortSignal;
  /** Rings when something happens to the app's containers. */
  readonly stirred: Bell;
  /** Which step begins. */
  say(step: string): void;
}

/** What this process is doing to which app right now. */
export interface Running {
  /** `yields`: a newer release may end its waiting. */
  begin(app: string, release: string | undefined, yields: boolean): Work;
  /** Which step of an app runs. */
  step(app: string): string | undefined;
  /** The release that an app is being brought to, if that may yet be superseded. */
  yielding(app: string): string | undefined;
  supersede(app: string, by: string): void;
  /** Something happened to the app's containers. */
  stir(app: string): void;
}

interface Known {
  readonly release: string | undefined;
  readonly yields: boolean;
  readonly aborter: AbortController;
  readonly stirred: Bell;
  step: string;
}

export function createRunning(): Running {
  const works = new Map<string, Known>();
  return {
    begin(app, release, yields) {
      const known: Known = {
        release,
        yields,
        aborter: new AbortController(),
        stirred: createBell(),
        step: 'looks at what is there',
      };
      works.set(app, known);
      return {
        superseded: known.aborter.signal,
        stirred: known.stirred,
        say(step) {
          known.step = step;
        },
        [Symbol.dispose]() {
          if (works.get(app) === known) works.delete(app);
        },
      };
    },
    step: (app) => works.get(app)?.step,
    yielding(app) {
      const work = works.get(app);
      return work?.yields && !work.aborter.signal.aborted ? work.release : undefined;
    },
    supersede: (app, by) => works.get(app)?.aborter.abort(by),
    stir: (app) => works.get(app)?.stirred.ring(),
  };
}
