import { createQueues } from '../../core/concurrency.ts';
import { asHarborError, type HarborError } from '../../errors.ts';
import type { Entry, EntryBody } from '../../model/entry.ts';
import type { RecordCondition } from '../../model/report.ts';
import { isFull } from '../fs-errors.ts';
import { unwritable } from './faults.ts';
import { beginSegment, type Ledger, mend, openLedger, write } from './ledger.ts';
import type { LogOptions, OpenLog } from './open-log.ts';
import { logPage } from './pages.ts';
import { readEntries } from './read-log.ts';
import { type Reserve, reserveIn } from './reserve.ts';
import { noSealer, openSealer, type Sealer } from './sealer.ts';
import { signingKeyIn } from './signing-key.ts';

interface Desk {
  readonly ledger: Ledger;
  readonly reserve: Reserve;
  readonly sealer: Sealer;
  /** Not before then, in milliseconds, is a new segment tried again that could not be begun. */
  rotateAfter: number;
  /** What keeps entries from being written now. */
  trouble: { readonly since: Date; readonly error: HarborError } | undefined;
}

export async function openToWrite(options: Required<LogOptions>): Promise<OpenLog> {
  const { ledger, desk } = await openDesk(options);
  const { sealer } = desk;
  const inTurn = createQueues();
  const queued = <Result>(act: () => Promise<Result>): Promise<Result> => inTurn('log', () => attempt(desk, act));
  return {
    append: (body) => queued(() => record(desk, body)),
    entries: () => readEntries(options.directory),
    page: (query, request) => logPage(options.directory, query, request),
    history: () => Promise.resolve(ledger.fold.result()),
    condition: () => conditionOf(desk),
    tend: () => queued(() => tend(desk)).catch(() => undefined),
    checkpoint: () => sealer.latest(),
    seal: () => queued(sealer.seal),
    state: () => ledger.book.state(),
    changeKey: (trigger, reason) =>
      queued(async () => {
        await ready(desk);
        await sealer.changeKey(trigger, reason);
      }),
    [Symbol.asyncDispose]: () =>
      inTurn('log', async () => {
        if (desk.trouble === undefined) await sealer.seal();
        await ledger.appender[Symbol.asyncDispose]();
      }),
  };
}

/** What was cut short is repaired; what runs is looked at and told of although that cannot be written now. */
async function openDesk(options: Required<LogOptions>): Promise<{ ledger: Ledger; desk: Desk }> {
  const { ledger, rest } = await openLedger(options);
  const { directory, keys, instance, limits } = options;
  try {
    const failure = await mend(ledger, rest).then(() => undefined, asHarborError);
    if (failure && (ledger.appender.condition() !== 'failed' || ledger.chain.seq === 0)) throw failure;
    const sealer = keys === '' ? noSealer : await openSealer(ledger, signingKeyIn(keys, instance));
    const trouble = failure && { since: options.clock.now(), error: failure };
    const desk: Desk = { ledger, sealer, reserve: reserveIn(directory, limits().reserve), rotateAfter: 0, trouble };
    if (!failure) await attempt(desk, sealer.introduce).catch(() => undefined);
    return { ledger, desk };
  } catch (error) {
    await ledger.appender[Symbol.asyncDispose]();
    throw error;
  }
}

/** Remembers whether it went well: it is told when somebody asks for the status. */
async function attempt<Result>(desk: Desk, act: () => Promise<Result>): Promise<Result> {
  try {
    const result = await act();
    desk.trouble = undefined;
    return result;
  } catch (thrown) {
    const error = asHarborError(thrown);
    // An entry that is too large is no fault of the storage.
    if (error.code === 'log-unwritable' && error.cause !== undefined) {
      desk.trouble = { since: desk.trouble?.since ?? desk.ledger.options.clock.now(), error };
    }
    throw error;
  }
}

const conditionOf = ({ trouble }: Desk): RecordCondition =>
  trouble === undefined
    ? { kind: 'sound' }
    : {
        kind: 'unwritable',
        since: trouble.since.toISOString(),
        message: trouble.error.message,
        hint: trouble.error.hint,
      };

async function record(desk: Desk, body: EntryBody): Promise<Entry> {
  const isIntent = body.kind === 'started';
  const once = async (): Promise<Entry> => {
    await ready(desk);
    if (isIntent) await hold(desk);
    return write(desk.ledger, body);
  };
  const entry = await once().catch(async (error: unknown) => {
    if (isIntent || !isFull(asHarborError(error).cause)) throw error;
    // What has begun is written down to its end: that is what the room was kept for.
    await desk.reserve.spend();
    return once();
  });
  await desk.sealer.sealIfDue();
  return entry;
}

/** Finds out whether an intent could be written now. */
async function tend(desk: Desk): Promise<void> {
  await ready(desk);
  await hold(desk);
  await desk.sealer.sealIfDue();
}

async function hold({ ledger, reserve }: Desk): Promise<void> {
  const { directory, limits } = ledger.options;
  if (limits().reserve === 0) return;
  await reserve.hold().catch((error: unknown) => {
    throw unwritable(directory, error);
  });
}

/** Where the next entry goes: after a fault of the storage, and when the segment is full or old, into a new segment. */
async function ready(desk: Desk): Promise<void> {
  const { ledger, sealer } = desk;
  if (ledger.appender.condition() === 'failed') await beginSegment(ledger, { torn: true });
  await sealer.introduce();
  if (isFullOrOld(desk)) await rotate(desk);
}

function isFullOrOld({ ledger, rotateAfter }: Desk): boolean {
  const { chain, segment, began, appender, options } = ledger;
  const { segmentBytes, segmentAge } = options.limits();
  const now = options.clock.now().getTime();
  const isDue = appender.end() >= segmentBytes || now - began >= segmentAge;
  return isDue && chain.seq > segment.first && now >= rotateAfter;
}

/** Milliseconds. */
const rotateAgain = 60_000;

/** That there is no room for a new segment keeps nothing from being written into this one. */
async function rotate(desk: Desk): Promise<void> {
  const { ledger, sealer } = desk;
  const { clock, logger } = ledger.options;
  await sealer.seal();
  await beginSegment(ledger, { torn: false }).catch((error: unknown) => {
    desk.rotateAfter = clock.now().getTime() + rotateAgain;
    logger.warn({ error }, 'the deployment log could not begin its next file; it goes on in this one');
  });
}
