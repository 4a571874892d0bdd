import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.ts';
import { startFold } from '../../core/history.ts';
import { redactor } from '../../core/redact.ts';
import { HarborError } from '../../errors.ts';
import type { EntryOf } from '../../model/entry.ts';
import type { Damage } from '../../model/log-state.ts';
import type { Trigger } from '../../model/trigger.ts';
import { startBook } from './book.ts';
import { before, type Chain } from './chain.ts';
import { epochOf, logName, parseCheckpoint } from './checkpoint.ts';
import { decode } from './line.ts';
import { batchesOf } from './lines.ts';
import { type LogOptions, openLog } from './open-log.ts';
import { placeSegment } from './place-segment.ts';
import { placeKey, start, type Trouble, type Walked, walk } from './walk.ts';

export interface Acceptance {
  readonly trigger: Trigger;
  readonly reason: string;
}

/** Entries that nobody can prove any more. */
export interface Accepted {
  readonly damages: readonly Damage[];
  /** Number of lines after the damage that could still be read for the state of today, though nothing proves them. */
  readonly salvaged: number;
}

/**
 * Lets a log go on that is damaged, because a person says so: nothing is taken away or repaired, an entry says what is lost. Where the newest segment is
 * damaged a new one begins after it, with a tree of its own. For the holder of the lock. Throws `usage` where nothing is wrong.
 */
export async function acceptDamage(options: LogOptions, acceptance: Acceptance): Promise<Accepted> {
  const { directory } = options;
  const [fold, book] = [startFold(), startBook()];
  let alarm: EntryOf<'contradicted'> | undefined;
  const walked = await walk(directory, start, (entry, _, line) => {
    fold.add(entry);
    book.add(entry, line);
    if (entry.kind === 'contradicted') alarm = entry;
    if (entry.kind === 'opened' && entry.log?.contradicted === undefined) alarm = undefined;
  });
  const troubles = walked.position.troubles.filter((trouble) => !walked.position.accepted.has(placeKey(trouble)));
  if (troubles.length > 0) return acceptOld(options, troubles, acceptance);
  if (walked.problem !== undefined) return acceptNewest(options, { walked, fold, book }, acceptance);
  if (alarm !== undefined) return acceptContradiction(options, { walked, fold, book }, alarm, acceptance);
  throw new HarborError('nothing is wrong with the deployment log', {
    code: 'usage',
    hint: 'See: harbormaster log verify. A torn end needs nobody: the next start covers it.',
  });
}

/** Later segments hold: the log goes on in the newest one. */
async function acceptOld(options: LogOptions, troubles: readonly Trouble[], acceptance: Acceptance): Promise<Accepted> {
  const damages = await Promise.all(troubles.map((trouble) => damageOf(options.directory, trouble)));
  await using log = await openLog({ ...options, exclusive: true, untied: true });
  for (const damage of damages) await log.append({ kind: 'damage-accepted', ...acceptance, ...damage });
  return { damages, salvaged: 0 };
}

async function damageOf(directory: string, trouble: Trouble): Promise<Damage> {
  const { file, line, offset, what, after, before: next, isGap } = trouble;
  const digest = isGap ? undefined : sha256(await readFile(join(directory, file)));
  return { file, line, offset, what, after, before: next, sha256: digest };
}

interface Known {
  readonly walked: Walked;
  readonly fold: ReturnType<typeof startFold>;
  readonly book: ReturnType<typeof startBook>;
}

async function acceptNewest(options: LogOptions, known: Known, acceptance: Acceptance): Promise<Accepted> {
  const { position, problem } = known.walked;
  const { segment, chain, offset } = position;
  if (segment === undefined || problem === undefined)
    throw new HarborError('there is no damaged file', { code: 'bug' });
  const rest = await salvage(segment.path, problem, known.fold);
  // No number is used twice, whatever the lost lines were.
  const first = Math.max(chain.seq + rest.lines, rest.highest) + 1;
  const { file, line, offset: at, what } = problem;
  const digest = sha256(await readFile(segment.path));
  const damage = { file, line, offset: at, what, after: chain.seq, before: first, sha256: digest };
  await begin(
    options,
    known,
    { first, chain, previous: { file: segment.name, bytes: offset, torn: false } },
    { damage, acceptance },
  );
  return { damages: [damage], salvaged: rest.read };
}

/** What can still be read after the damage counts for the state of today: a hold that a person set is not forgotten because of a broken line. */
async function salvage(path: string, { offset, line }: { offset: number; line: number }, fold: Known['fold']) {
  let [lines, read, highest] = [0, 0, 0];
  for await (const batch of batchesOf(path, { offset, lines: line - 1 })) {
    for (const { bytes } of batch) {
      lines += 1;
      const decoded = decode(bytes);
      if (decoded.kind !== 'entry') continue;
      highest = Math.max(highest, decoded.entry.seq);
      if (lines === 1 || decoded.entry.kind === 'opened') continue;
      fold.add(decoded.entry);
      read += 1;
    }
  }
  return { lines, read, highest: Math.min(highest, 1e11) };
}

/** The log was put back from an older copy, or somebody rewrote it: it goes on after all that the witness knows. */
async function acceptContradiction(
  options: LogOptions,
  known: Known,
  alarm: EntryOf<'contradicted'>,
  acceptance: Acceptance,
): Promise<Accepted> {
  const { segment, chain, offset } = known.walked.position;
  if (segment === undefined) throw new HarborError('there is no log', { code: 'bug' });
  const checkpoint = parseCheckpoint(alarm.checkpoint);
  const epoch = checkpoint && epochOf(checkpoint, logName(options.instance));
  const theirs = checkpoint === undefined || epoch === undefined ? 0 : epoch + checkpoint.size - 1;
  const first = Math.max(chain.seq, theirs) + 2;
  const damage = {
    file: `${String(first).padStart(12, '0')}.jsonl`,
    line: 1,
    offset: 0,
    what: `the witness ${alarm.witness} holds a checkpoint of ${alarm.size} entries that the log contradicts`,
    after: chain.seq,
    before: first,
    sha256: undefined,
  };
  const { size } = await stat(segment.path);
  await begin(
    options,
    known,
    { first, chain, previous: { file: segment.name, bytes: offset, torn: size > offset } },
    { damage, acceptance },
  );
  return { damages: [damage], salvaged: 0 };
}

interface Beginning {
  readonly first: number;
  readonly chain: Chain;
  readonly previous: { readonly file: string; readonly bytes: number; readonly torn: boolean };
}

/** Both lines at once: a segment that begins anew without saying why does not exist at any moment. */
async function begin(
  options: LogOptions,
  { fold, book }: Known,
  { first, chain, previous }: Beginning,
  { damage, acceptance }: { readonly damage: Damage; readonly acceptance: Acceptance },
): Promise<void> {
  const { key, pruned } = book.state();
  const log = { epoch: first, tree: [], key, pruned };
  await placeSegment({ redact: redactor([]), ...options }, { ...before(first), prev: chain.prev }, [
    { kind: 'opened', version: options.version, snapshot: fold.result(), log, previous },
    { kind: 'damage-accepted', ...acceptance, ...damage },
  ]);
}
