import { sha256 } from '../../core/digest.ts';
import { startFold } from '../../core/history.ts';
import { HarborError } from '../../errors.ts';
import type { Entry, EntryBody } from '../../model/entry.ts';
import { makeFolder } from '../durable.ts';
import { serially } from '../serially.ts';
import { type Appender, openAppender } from './appender.ts';
import { accept, type Chain, newline, type RawLine } from './chain.ts';
import { corrupt, unwritable } from './faults.ts';
import { encode } from './line.ts';
import type { LogOptions, OpenLog } from './open-log.ts';
import { logPage } from './pages.ts';
import { assertSound, readEntries } from './read-log.ts';
import { type Segment, segmentAt } from './segments.ts';
import { start, walk } from './walk.ts';

/** What a writer knows of the log. */
interface Ledger {
  readonly options: Required<LogOptions>;
  readonly segment: Segment;
  readonly appender: Appender;
  readonly fold: ReturnType<typeof startFold>;
  chain: Chain;
}

export async function openToWrite(options: Required<LogOptions>): Promise<OpenLog> {
  const { directory } = options;
  const fold = startFold();
  const walked = await walk(directory, start, fold.add);
  assertSound(directory, walked);
  const { position, rest } = walked;
  const size = position.segment && position.offset + (rest?.bytes.length ?? 0);
  const segment = position.segment ?? (await firstSegment(directory));
  const appender = await openAppender(segment.path, size);
  const ledger: Ledger = { options, segment, appender, fold, chain: position.chain };
  try {
    await mend(ledger, rest);
    if (!ledger.chain.opened)
      await write(ledger, { kind: 'opened', version: options.version, snapshot: fold.result() });
  } catch (error) {
    await appender[Symbol.asyncDispose]();
    throw error;
  }
  return {
    append: serially((body: EntryBody) => write(ledger, body)),
    entries: () => readEntries(directory),
    history: () => Promise.resolve(fold.result()),
    page: (query, request) => logPage(directory, query, request),
    [Symbol.asyncDispose]: () => appender[Symbol.asyncDispose](),
  };
}

async function firstSegment(directory: string): Promise<Segment> {
  await makeFolder(directory).catch((error: unknown) => {
    throw unwritable(directory, error);
  });
  return segmentAt(directory, 1);
}

/** `lead` goes before the line, in the same write. */
async function write(ledger: Ledger, body: EntryBody, lead: Buffer = Buffer.alloc(0)): Promise<Entry> {
  const { chain, appender, fold } = ledger;
  const { clock, host, instance, redact } = ledger.options;
  const stamp = { v: 1, seq: chain.seq + 1, at: clock.now().toISOString(), host, instance, prev: chain.prev } as const;
  const bytes = encode(stamp, body, redact);
  const accepted = accept(chain, { bytes, terminated: true, offset: 0, number: 0 });
  if (accepted.kind !== 'entry') throw notAnEntry(body, accepted.kind === 'broken' ? accepted.what : 'it is not JSON');
  await appender.append(Buffer.concat([lead, bytes, newline]));
  ledger.chain = accepted.chain;
  fold.add(accepted.entry);
  return accepted.entry;
}

/** Repairs what a write that was cut short left at the end, by appending only: nothing that once was on the disk is ever taken away. */
async function mend(ledger: Ledger, rest: RawLine | undefined): Promise<void> {
  if (rest) await closeLine(ledger, rest);
  const { dead } = ledger.chain;
  if (dead === undefined) return;
  const covered = { offset: dead.first.offset, length: dead.bytes.length, sha256: sha256(dead.bytes) };
  await write(ledger, { kind: 'repaired', ...covered }, rest && newline);
}

/** A whole entry that lacks only its newline is adopted; anything else that is unfinished counts, with a newline, as dead. */
async function closeLine(ledger: Ledger, rest: RawLine): Promise<void> {
  const { options, segment, appender, fold } = ledger;
  const accepted = accept(ledger.chain, { ...rest, terminated: true });
  if (accepted.kind === 'broken') {
    const { line, what } = accepted;
    throw corrupt(options.directory, { file: segment.name, line: line.number, offset: line.offset, what });
  }
  if (accepted.kind === 'entry') {
    await appender.append(newline);
    fold.add(accepted.entry);
  }
  ledger.chain = accepted.chain;
}

const notAnEntry = ({ kind }: EntryBody, what: string): HarborError =>
  new HarborError(`a "${kind}" entry would not be readable: ${what}`, { code: 'bug' });
