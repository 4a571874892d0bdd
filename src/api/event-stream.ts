import { setTimeout as delay } from 'node:timers/promises';
import { seesApp } from '../core/access.ts';
import type { Caller } from '../model/access.ts';
import type { Entry } from '../model/entry.ts';
import type { Listener } from '../reconcile/hearsay.ts';
import type { Desk } from './routes/route.ts';

/** Milliseconds. */
export interface EventTimes {
  /** Between two signs of life. */
  readonly alive: number;
  /** Between two hints that something may be otherwise. */
  readonly hint: number;
  /** Between two looks at the log that nobody asked for, and at whether the token still counts. */
  readonly look: number;
}

const usual: EventTimes = { alive: 15_000, hint: 1_000, look: 10_000 };

/** Entries that are read at once, and lines of progress that wait for a slow reader: of these the oldest go. */
const most = { page: 200, progress: 100 };

/**
 * Server-sent events: `entry` (its id is the entry's number) for each entry after `after`, in order, none twice and none left out; `progress` for what is
 * being done; `status` when the status may be another. Without an end, but for that of the daemon or of the token.
 */
export function eventStream(after: number, desk: Desk, times: EventTimes = usual): Response {
  const place = desk.streams.enter(desk.caller);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, desk.ending]);
  const events = happenings(after, desk, { signal, times, place });
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    // Nothing more is made than the reader takes.
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      stop.abort();
      place[Symbol.dispose]();
      await events.return(undefined);
    },
  });
  return new Response(stream, { headers });
}

const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

interface Living {
  readonly place: Disposable;
  readonly signal: AbortSignal;
  readonly times: EventTimes;
}

async function* happenings(
  after: number,
  desk: Desk,
  { place, signal, times }: Living,
): AsyncGenerator<string, undefined> {
  const ear = listening(desk.caller);
  using _place = place;
  using _listening = desk.hearsay.listen(ear);
  const [isLookDue, isSignDue] = [every(times.look), every(times.alive)];
  const isHintDue = every(times.hint, Number.NEGATIVE_INFINITY);
  let reached = after;
  yield ': here\n\n';
  while (!signal.aborted) {
    const isLate = isLookDue();
    if (isLate && !(await desk.isKnown())) return undefined;
    if (ear.takeStir() || isLate) reached = yield* told(reached, desk);
    yield* ear.takeProgress();
    if (ear.isHinted() && isHintDue()) yield ear.takeHint();
    if (isSignDue()) yield ': still here\n\n';
    await ear.rest(ear.isHinted() ? times.hint : Math.min(times.alive, times.look), signal);
  }
  return undefined;
}

/** The entries after one; gives the number of the last. */
async function* told(after: number, desk: Desk): AsyncGenerator<string, number> {
  let last = after;
  for await (const entry of entriesAfter(after, desk)) {
    last = entry.seq;
    yield `id: ${entry.seq}\nevent: entry\ndata: ${JSON.stringify(entry)}\n\n`;
  }
  return last;
}

/** True when so many milliseconds are over since it was true last. */
function every(milliseconds: number, begun = performance.now()): () => boolean {
  let last = begun;
  return () => {
    const isOver = performance.now() - last >= milliseconds;
    if (isOver) last = performance.now();
    return isOver;
  };
}

/** What this version does not understand of a log is not told; nor what the caller may not see. */
async function* entriesAfter(after: number, { harbor }: Desk): AsyncGenerator<Entry> {
  for (let from: number | undefined = after; from !== undefined; ) {
    const { entries, next } = await harbor.log({}, { order: 'oldest', after: from, limit: most.page });
    yield* entries;
    from = next;
  }
}

interface Ear extends Listener {
  /** Whether something was written down since. */
  takeStir(): boolean;
  takeProgress(): readonly string[];
  isHinted(): boolean;
  /** The hint. */
  takeHint(): string;
  /** Until something is heard, or so many milliseconds. */
  rest(milliseconds: number, signal: AbortSignal): Promise<void>;
}

function listening(caller: Caller): Ear {
  let [stirred, hinted] = [true, false];
  let progress: string[] = [];
  let nap = new AbortController();
  const hear = (): void => {
    hinted = true;
    nap.abort();
  };
  return {
    stirred() {
      stirred = true;
      hear();
    },
    progressed(app, message) {
      if (!seesApp(caller, app)) return;
      const line = `event: progress\ndata: ${JSON.stringify({ app, message })}\n\n`;
      progress = [...progress, line].slice(-most.progress);
      hear();
    },
    takeStir() {
      const was = stirred;
      stirred = false;
      return was;
    },
    takeProgress() {
      const lines = progress;
      progress = [];
      return lines;
    },
    isHinted: () => hinted,
    takeHint() {
      hinted = false;
      return 'event: status\ndata: {}\n\n';
    },
    async rest(milliseconds, signal) {
      if (stirred || progress.length > 0) return;
      nap = new AbortController();
      await delay(milliseconds, undefined, { signal: AbortSignal.any([nap.signal, signal]) }).catch(() => undefined);
    },
  };
}
