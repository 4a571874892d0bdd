import type { Clock } from '../ports.ts';

/** When apps were compared with Git last. */
export interface Freshness {
  compared(app: string): void;
  /** Milliseconds since then; of an app that never was, since this was asked first. */
  age(app: string): number;
  /** ISO 8601; undefined: never, as far as anybody knows. */
  at(app: string): string | undefined;
  /** Of these apps, as far as it is known: what another process goes on with. */
  known(apps: readonly string[]): Readonly<Record<string, string>>;
}

/** `kept`: what an earlier process knew. Clocks jump: what happens in this one is measured by one that does not. */
export function createFreshness(
  clock: Pick<Clock, 'now' | 'elapsed'>,
  kept: Readonly<Record<string, string>> = {},
): Freshness {
  const begun = clock.elapsed();
  const last = new Map<string, { readonly elapsed: number; readonly at: string | undefined }>();
  for (const [app, at] of Object.entries(kept)) {
    const age = Math.max(0, clock.now().getTime() - Date.parse(at));
    if (Number.isFinite(age)) last.set(app, { elapsed: begun - age, at });
  }
  return {
    compared: (app) => void last.set(app, { elapsed: clock.elapsed(), at: clock.now().toISOString() }),
    age(app) {
      const known = last.get(app) ?? { elapsed: clock.elapsed(), at: undefined };
      last.set(app, known);
      return clock.elapsed() - known.elapsed;
    },
    at: (app) => last.get(app)?.at,
    known: (apps) =>
      Object.fromEntries(
        apps.flatMap((app) => {
          const at = last.get(app)?.at;
          return at === undefined ? [] : [[app, at]];
        }),
      ),
  };
}
