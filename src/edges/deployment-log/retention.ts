import { readFile } from 'node:fs/promises';
import { sha256 } from '../../core/digest.ts';
import type { EntryBody } from '../../model/entry.ts';
import type { PrunedFile } from '../../model/log-state.ts';
import type { Logger } from '../../ports.ts';
import { syncFolder } from '../durable.ts';
import type { Marks } from './marks.ts';
import { notePath } from './notes.ts';
import { removeFile } from './remove-file.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { openingOf } from './start.ts';
import { verify } from './verify.ts';

/** Which closed segments stay; undefined: all. Milliseconds. */
export interface Keep {
  readonly age: number | undefined;
  readonly segments: number | undefined;
}

/** What a witness is known to hold. */
export interface Witnessed {
  readonly url: string;
  /** A checkpoint, a signed note, that agrees with our lines, and the last entry that it covers. */
  readonly note: string;
  readonly last: number;
}

export interface RetentionOptions {
  readonly directory: string;
  readonly keep: Keep;
  readonly witnessed: Witnessed | undefined;
  readonly now: Date;
  readonly append: (body: EntryBody) => Promise<unknown>;
  /** Last entry that an entry of the log lets go. */
  readonly pruned: number;
  readonly marks: Pick<Marks, 'lift'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

interface Closed {
  readonly segment: Segment;
  readonly last: number;
  /** When the segment after it began, in milliseconds. */
  readonly ended: number;
  /** SHA-256 of its last line. */
  readonly head: string;
}

/**
 * Lets whole closed segments go that are over a limit, the oldest first, once a witness holds what covers them and the log still holds. First the
 * entry that says so, then the files: what a crash left of them goes the next time.
 */
export async function prune(options: RetentionOptions): Promise<void> {
  const { directory, witnessed, append, pruned, logger } = options;
  await removeThrough(pruned, options);
  const closed = await closedSegments(directory);
  const over = overTheLimits(closed, options).filter(({ last }) => last <= (witnessed?.last ?? 0));
  const newest = over.at(-1);
  if (newest === undefined || witnessed === undefined) return;
  const { problem } = await verify(directory);
  if (problem !== undefined) {
    logger.warn(
      { file: problem.file, line: problem.line },
      'no file of the deployment log leaves while the log is damaged',
    );
    return;
  }
  await append({
    kind: 'pruned',
    through: newest.last,
    head: newest.head,
    files: await Promise.all(over.map(describe)),
    checkpoint: witnessed.note,
    witness: witnessed.url,
    because: reasonOf(options.keep),
  });
  await removeThrough(newest.last, options);
  logger.info({ through: newest.last, files: over.length }, 'old files of the deployment log left');
}

/** All but the last, oldest first; those that the head of the next one says enough of. */
async function closedSegments(directory: string): Promise<readonly Closed[]> {
  const segments = await segmentsOf(directory);
  const closed: Closed[] = [];
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    const opening = next && (await openingOf(next));
    if (next === undefined || opening === undefined) break;
    closed.push({ segment, last: next.first - 1, ended: Date.parse(opening.at), head: opening.prev });
  }
  return closed;
}

/** Only from the oldest on: what stays follows one another. */
function overTheLimits(
  closed: readonly Closed[],
  { keep, now }: Pick<RetentionOptions, 'keep' | 'now'>,
): readonly Closed[] {
  const isOver = ({ ended }: Closed, index: number): boolean =>
    (keep.age !== undefined && now.getTime() - ended > keep.age) ||
    (keep.segments !== undefined && closed.length - index > keep.segments);
  const stays = closed.findIndex((each, index) => !isOver(each, index));
  return stays === -1 ? closed : closed.slice(0, stays);
}

const reasonOf = ({ age, segments }: Keep): string =>
  [
    ...(age === undefined ? [] : [`files older than ${Math.round(age / 86_400_000)} days leave`]),
    ...(segments === undefined ? [] : [`${segments} closed files stay`]),
  ].join(', ');

async function describe({ segment, last }: Closed): Promise<PrunedFile> {
  const content = await readFile(segment.path);
  return { file: segment.name, first: segment.first, last, bytes: content.length, sha256: sha256(content) };
}

/** Whatever the log already says has left. */
async function removeThrough(through: number, { directory, marks }: RetentionOptions): Promise<void> {
  if (through === 0) return;
  const segments = await segmentsOf(directory);
  const gone = segments.filter((_, index) => (segments[index + 1]?.first ?? Number.POSITIVE_INFINITY) - 1 <= through);
  for (const segment of gone) {
    // Whoever is killed in between finds the segment again, and nobody would find a checkpoint alone.
    for (const path of [notePath(segment), segment.path]) await removeFile(path, marks);
  }
  if (gone.length > 0) await syncFolder(directory);
}
