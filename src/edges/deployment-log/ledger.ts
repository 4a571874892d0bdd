import { sha256 } from '../../core/digest.ts';
import { startFold } from '../../core/history.ts';
import type { Entry, EntryBody } from '../../model/entry.ts';
import type { PreviousSegment } from '../../model/log-state.ts';
import { makeFolder } from '../durable.ts';
import { type Appender, openAppender } from './appender.ts';
import { type Book, startBook } from './book.ts';
import { accept, type Chain, newline, type RawLine } from './chain.ts';
import { corrupt, unwritable } from './faults.ts';
import type { LogOptions } from './open-log.ts';
import { type Line, lineOf, placeSegment } from './place-segment.ts';
import { assertSound } from './read-log.ts';
import { type Segment, segmentAt } from './segments.ts';
import { newestStart } from './start.ts';
import { type Visit, walk } from './walk.ts';

/** What a writer knows of the log. */
export interface Ledger {
  readonly options: Required<LogOptions>;
  readonly fold: ReturnType<typeof startFold>;
  readonly book: Book;
  segment: Segment;
  appender: Appender;
  chain: Chain;
  /** When the segment began, in milliseconds. */
  began: number;
  /** Where the last entry of the segment ends. */
  end: number;
}

/** Reads what is there, from the newest segment's head on, and makes what is missing. Throws `log-corrupt`; nothing is repaired yet. */
export async function openLedger(
  options: Required<LogOptions>,
): Promise<{ ledger: Ledger; rest: RawLine | undefined }> {
  const { directory } = options;
  const [fold, book] = [startFold(), startBook()];
  let began = 0;
  const visit: Visit = (entry, _, line) => {
    fold.add(entry);
    book.add(entry, line);
    if (entry.kind === 'opened') began = Date.parse(entry.at);
  };
  const walked = await walk(directory, await newestStart(directory, options.untied), visit);
  assertSound(directory, walked);
  const { position, rest } = walked;
  const { chain } = position;
  const size = position.segment && position.offset + (rest?.bytes.length ?? 0);
  const segment = position.segment ?? (await firstSegment(directory));
  const appender = await openAppender(segment.path, size);
  const end = chain.dead?.first.offset ?? position.offset;
  await options.mark(segment.path);
  return { ledger: { options, fold, book, segment, appender, chain, began, end }, rest };
}

async function firstSegment(directory: string): Promise<Segment> {
  await makeFolder(directory).catch((error: unknown) => {
    throw unwritable(directory, error);
  });
  return segmentAt(directory, 1);
}

/** `lead` goes before the line, in the same write. */
export async function write(ledger: Ledger, body: EntryBody, lead: Buffer = Buffer.alloc(0)): Promise<Entry> {
  const line = lineOf(ledger.options, ledger.chain, body);
  await ledger.appender.append(Buffer.concat([lead, line.bytes, newline]));
  return enter(ledger, line);
}

/** The next segment, which opens with the state so far. `torn`: the storage failed, and what follows the last acknowledged entry of this one is void. */
export async function beginSegment(ledger: Ledger, { torn }: Pick<PreviousSegment, 'torn'>): Promise<void> {
  const { options, fold, book, segment: before, end, appender: old } = ledger;
  const previous = { file: before.name, bytes: end, torn };
  const body = {
    kind: 'opened',
    version: options.version,
    snapshot: fold.result(),
    log: book.state(),
    previous,
  } as const;
  const { segment, lines, size } = await placeSegment(options, { ...ledger.chain, opened: false, dead: undefined }, [
    body,
  ]);
  const appender = await openAppender(segment.path, size);
  await close(old);
  Object.assign(ledger, { segment, appender });
  for (const line of lines) enter(ledger, line);
  await options.mark(segment.path);
}

/** Its bytes are on the disk, or given up. */
async function close(appender: Appender): Promise<void> {
  try {
    await appender[Symbol.asyncDispose]();
  } catch {
    // A failing disk may fail once more.
  }
}

/** What is on the disk is known from now on. */
function enter(ledger: Ledger, { bytes, entry, chain }: Line): Entry {
  ledger.chain = chain;
  ledger.end = ledger.appender.end();
  if (entry.kind === 'opened') ledger.began = Date.parse(entry.at);
  ledger.fold.add(entry);
  ledger.book.add(entry, bytes);
  return entry;
}

/** Repairs what a write that was cut short left at the end, by appending only: nothing that once was on the disk is ever taken away. */
export async function mend(ledger: Ledger, rest: RawLine | undefined): Promise<void> {
  if (rest) await closeLine(ledger, rest);
  const { dead } = ledger.chain;
  if (dead) {
    const covered = { offset: dead.first.offset, length: dead.bytes.length, sha256: sha256(dead.bytes) };
    await write(ledger, { kind: 'repaired', ...covered }, rest && newline);
  }
  if (ledger.chain.opened) return;
  const { options, fold, book } = ledger;
  await write(ledger, { kind: 'opened', version: options.version, snapshot: fold.result(), log: book.state() });
}

/** A whole entry that lacks only its newline is adopted; anything else that is unfinished counts, with a newline, as dead. */
async function closeLine(ledger: Ledger, rest: RawLine): Promise<void> {
  const { options, segment, appender } = ledger;
  const accepted = accept(ledger.chain, { ...rest, terminated: true });
  if (accepted.kind === 'broken') {
    const { line, what } = accepted;
    const seq = ledger.chain.seq + 1;
    throw corrupt(options.directory, { file: segment.name, line: line.number, offset: line.offset, seq, what });
  }
  if (accepted.kind === 'entry') {
    await appender.append(newline);
    enter(ledger, { ...accepted, bytes: rest.bytes });
  }
  ledger.chain = accepted.chain;
}
