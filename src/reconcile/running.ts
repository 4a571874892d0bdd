/** One app that is being worked on. */
export interface Work extends Disposable {
  /** Aborted when a newer release ends its waiting; the reason is that release's digest. */
  readonly superseded: AbortSignal;
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
}

interface Known {
  readonly release: string | undefined;
  readonly yields: boolean;
  readonly aborter: AbortController;
  step: string;
}

export function createRunning(): Running {
  const works = new Map<string, Known>();
  return {
    begin(app, release, yields) {
      const known: Known = { release, yields, aborter: new AbortController(), step: 'looks at what is there' };
      works.set(app, known);
      return {
        superseded: known.aborter.signal,
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
  };
}
