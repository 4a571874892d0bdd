import { instead } from '../core/instead.ts';
import { asHarborError } from '../errors.ts';
import type { Source } from '../ports.ts';
import type { Seen } from './status.ts';

/** What the last look at Git found, by app: for whoever asks how it stands. */
export type Sights = ReadonlyMap<string, Seen>;

/** The source, and what its last look found. */
export function seeing(source: Source): { readonly source: Source; readonly sights: Sights } {
  const sights = new Map<string, Seen>();
  const look: Source['look'] = async (apps) => {
    const commits = await source.look(apps);
    for (const [app, found] of commits) sights.set(app, seenIn(found));
    return commits;
  };
  return { source: instead(source, { look }), sights };
}

const seenIn = (found: string | Error): Seen =>
  typeof found === 'string'
    ? { kind: 'commit', commit: found }
    : { kind: 'error', message: asHarborError(found).message };
