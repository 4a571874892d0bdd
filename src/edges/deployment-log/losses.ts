import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.ts';
import type { EntryOf } from '../../model/entry.ts';
import type { Damage } from '../../model/log-state.ts';
import type { Audit } from './audit.ts';
import { parseCheckpoint } from './checkpoint.ts';
import type { Problem } from './faults.ts';
import { placeKey, type Trouble } from './walk.ts';

/** What is not in the log any more, and who says so. */
export interface Losses {
  /** By policy: entries up to `through`, as `entry` says. */
  readonly left: { readonly through: number; readonly entry: number; readonly at: string } | undefined;
  /** Entries that nobody can read again, because a person accepted the damage. */
  readonly lost: readonly Lost[];
}

export interface Lost {
  readonly from: number;
  readonly to: number;
  readonly entry: number;
  readonly by: string | undefined;
  readonly reason: string;
}

/** Whether all that is missing was said to go. */
export async function accountFor(
  directory: string,
  { first, files, pruned, accepted, walked }: Audit,
): Promise<Losses & { readonly problem: Problem | undefined }> {
  const newest = pruned.at(-1);
  const left = newest && { through: newest.through, entry: newest.seq, at: newest.at };
  const troubles = walked.position.troubles;
  const lost = accepted
    .filter((entry) => troubles.some((trouble) => placeKey(trouble) === placeKey(entry)))
    .map(lostBy);
  const problem = missingHead(first, files[0], newest) ?? (await changedSince(directory, troubles, accepted));
  return { left, lost, problem };
}

/** The first file that is there must be the first of all, or come right after what left. */
function missingHead(
  first: number,
  file: string | undefined,
  newest: EntryOf<'pruned'> | undefined,
): Problem | undefined {
  if (first <= 1 || file === undefined) return undefined;
  const place = { file, line: 1, offset: 0, seq: 1 };
  if (newest === undefined)
    return {
      ...place,
      what: `it begins with entry ${first}, and no entry says that those before left: a file of the log is missing`,
    };
  const size = parseCheckpoint(newest.checkpoint)?.size ?? 0;
  if (first > newest.through + 1) {
    const seq = newest.through + 1;
    return {
      ...place,
      seq,
      what: `it begins with entry ${first}, and only those up to ${newest.through} left by policy: a file of the log is missing`,
    };
  }
  return size === 0
    ? { ...place, what: `entry ${newest.seq} lets entries go without a checkpoint that covers them` }
    : undefined;
}

/** Where a line does not follow the one before, it may be that one which was changed. */
export const firstLost = ({ what, after }: Pick<Damage, 'what' | 'after'>): number =>
  what.startsWith('its prev is not') ? after : after + 1;

const lostBy = ({ after, before, seq, what, trigger, reason }: EntryOf<'damage-accepted'>): Lost => ({
  from: firstLost({ what, after }),
  to: before - 1,
  entry: seq,
  by: trigger.by,
  reason,
});

/** A file whose damage was accepted must still be what it was then. */
async function changedSince(
  directory: string,
  troubles: readonly Trouble[],
  accepted: readonly EntryOf<'damage-accepted'>[],
): Promise<Problem | undefined> {
  for (const trouble of troubles) {
    const entry = accepted.findLast((each) => placeKey(each) === placeKey(trouble));
    if (entry?.sha256 === undefined || sha256(await readFile(join(directory, trouble.file))) === entry.sha256) continue;
    return { ...trouble, what: `the file was changed again after entry ${entry.seq} accepted its damage` };
  }
  return undefined;
}
