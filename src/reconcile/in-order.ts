import { allThrough } from '../core/concurrency.ts';
import { awaitedIn } from '../core/dependencies.ts';
import type { App } from '../model/app.ts';
import type { PassReport } from '../model/report.ts';

export type OnePass = (app: App) => Promise<PassReport>;

/**
 * Passes over apps, all at once. With `again`, one that waits for others of the same call is passed over once more when those are through: whoever asks
 * for a whole host gets it in one go. No app waits for itself in the end, so this ends. One that throws does so when all others are through: whoever asked
 * may close everything then.
 */
export function inOrder(
  apps: readonly App[],
  first: OnePass,
  again: OnePass | undefined,
): Promise<readonly PassReport[]> {
  const through = new Map<string, Promise<PassReport>>();
  const over = async (app: App): Promise<PassReport> => {
    const report = await first(app);
    if (again === undefined) return report;
    const others = awaitedIn(report.outcome).flatMap((name) => through.get(name) ?? []);
    if (others.length === 0) return report;
    await Promise.all(others);
    return again(app);
  };
  for (const app of apps) through.set(app.name, over(app));
  return allThrough([...through.values()]);
}
