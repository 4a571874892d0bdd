import type { Context } from './pass.ts';
import type { Target } from './target.ts';

/** Whether it was found out what Git has: whatever is wrong with that is another matter. */
export const isCompared = (target: Target | undefined): boolean =>
  target?.kind === 'release' || target?.revision !== undefined;

/** An app was compared with Git; if that was told to be overdue, it is over. */
export async function noteCompared(app: string, { freshness, journal }: Context): Promise<void> {
  freshness.compared(app);
  const known = journal.of(app)?.stale;
  if (known) await journal.record({ kind: 'recovered', app, after: known.seq, of: 'comparison' });
}
