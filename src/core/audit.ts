import { HarborError } from '../errors.ts';
import type { Entry } from '../model/entry.ts';
import type { LogReader } from '../model/log-query.ts';
import type { Span } from '../model/span.ts';
import { startTimeline, timelineKinds } from './timeline.ts';

/** A span of time, or one moment. */
export type AuditQuestion =
  | { readonly at: undefined; readonly since: Date; readonly until: Date | undefined }
  | { readonly at: Date };

export interface Audit {
  /** The log speaks of the app. */
  readonly isKnown: boolean;
  readonly host: string | undefined;
  /** Those that were asked for; of a moment also the ones beside it. Oldest first. */
  readonly spans: readonly Span[];
  /** Entries before which the host's clock went back: times around them are not to be relied on. */
  readonly jumps: readonly number[];
}

/** So far back goes who does not say since when, in milliseconds. */
const usually = 30 * 24 * 3_600_000;

export interface AuditTimes {
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  readonly at: Date | undefined;
}

/** `called`: how whoever asks writes the name of a time, such as `--at`. Throws `usage`. */
export function auditQuestion(
  { since, until, at }: AuditTimes,
  now: Date,
  called: (name: keyof AuditTimes) => string,
): AuditQuestion {
  if (at === undefined) {
    const end = (until ?? now).getTime();
    return { at, since: since ?? new Date(end - usually), until };
  }
  if (since !== undefined || until !== undefined)
    throw new HarborError(`${called('at')} is one moment, and ${called('since')} and ${called('until')} are not`, {
      code: 'usage',
      hint: `Give ${called('at')} alone, or a span of time without it.`,
    });
  if (at > now)
    throw new HarborError(`${called('at')} ${at.toISOString()} lies in the future`, {
      code: 'usage',
      hint: 'The log knows what was. What would be deployed now: harbormaster plan',
    });
  return { at };
}

/** What ran of an app, as the log tells. */
export async function audit(app: string, question: AuditQuestion, log: LogReader): Promise<Audit> {
  const timeline = startTimeline(app);
  const clock = clockWatch();
  const spans: Span[] = [];
  let host: string | undefined;
  let isKnown = false;
  for await (const entry of entriesOf(app, log)) {
    host = entry.host;
    isKnown ||= entry.kind !== 'opened';
    clock.tick(entry);
    const ended = timeline.add(entry);
    if (ended && isAskedFor(ended, question)) spans.push(ended);
  }
  const current = timeline.current();
  if (current && isAskedFor(current, question)) spans.push(current);
  return { isKnown: isKnown || current !== undefined, host, spans, jumps: clock.jumps };
}

async function* entriesOf(app: string, log: LogReader): AsyncGenerator<Entry> {
  const head = await log.head();
  if (head) yield head;
  yield* log.oldest({ apps: [app], kinds: timelineKinds });
}

/** For a moment every span is kept that may be beside it: the clock may have gone back. */
function isAskedFor({ from, to }: Span, question: AuditQuestion): boolean {
  if (question.at !== undefined) return true;
  const begins = Date.parse(from);
  const ends = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  return ends >= question.since.getTime() && begins <= (question.until?.getTime() ?? Number.POSITIVE_INFINITY);
}

export interface AuditedMoment {
  /** Undefined: before the log knew of the app. */
  readonly span: Span | undefined;
  /** Beside an operation that was at work: what ran before, and what after. */
  readonly before: Span | undefined;
  readonly after: Span | undefined;
}

export function momentIn(spans: readonly Span[], moment: Date): AuditedMoment {
  const time = moment.getTime();
  const index = spans.findLastIndex(
    ({ from, to }) => Date.parse(from) <= time && (to === undefined || Date.parse(to) > time),
  );
  const span = spans[index];
  const isChanging = span?.state === 'changing';
  return {
    span,
    before: isChanging ? spans[index - 1] : undefined,
    after: isChanging ? spans[index + 1] : undefined,
  };
}

/** Entries are in the order in which they were written, whatever the clock said. */
function clockWatch(): { tick(entry: Entry): void; readonly jumps: readonly number[] } {
  const jumps: number[] = [];
  let latest = 0;
  return {
    tick({ seq, at: time }) {
      const now = Date.parse(time);
      if (now < latest) jumps.push(seq);
      latest = now;
    },
    jumps,
  };
}
