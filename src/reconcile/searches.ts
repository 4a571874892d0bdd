/** Which commit of an app is being looked into: a registry may take its time to answer, and a newer commit is not to wait for that. */
export interface Searches {
  begin(app: string, commit: string): Search;
  commit(app: string): string | undefined;
  giveUp(app: string): void;
}

interface Search extends Disposable {
  readonly givenUp: Promise<undefined>;
}

interface Known {
  readonly commit: string;
  readonly giveUp: () => void;
}

/** `signal`: gives all of them up. */
export function createSearches(signal: AbortSignal): Searches {
  const searches = new Map<string, Known>();
  signal.addEventListener('abort', () => searches.forEach(({ giveUp }) => void giveUp()), { once: true });
  return {
    begin(app, commit) {
      let giveUp = (): void => undefined;
      const givenUp = new Promise<undefined>((resolve) => {
        giveUp = () => resolve(undefined);
      });
      const known: Known = { commit, giveUp };
      searches.set(app, known);
      return {
        givenUp,
        [Symbol.dispose]() {
          if (searches.get(app) === known) searches.delete(app);
        },
      };
    },
    commit: (app) => searches.get(app)?.commit,
    giveUp: (app) => searches.get(app)?.giveUp(),
  };
}
