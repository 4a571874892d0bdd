import { startTimeline, timelineKinds } from '../../core/timeline.ts';
import { HarborError } from '../../errors.ts';
import type { Entry } from '../../model/entry.ts';
import type { Span } from '../../model/span.ts';
import { momentOf, since, spanOf, until } from '../log-filters.ts';
import { text } from '../option.ts';
import { type RecordAtHand, recordAtHand } from '../record.ts';
import { unknownApp } from '../unknown-app.ts';
import type { Call, Verb } from '../verb.ts';
import { auditAtView, auditView } from '../views/audit.ts';

const at = text('at', 'when', 'what ran at that moment, with images, containers and who let it through');
const usually = 30 * 24 * 3_600_000;

export const audit: Verb = {
  name: 'audit',
  group: 'The record',
  summary: 'what ran when, and what ran at one moment',
  operands: '<app>',
  options: [since, until, at],
  details: `A line for each time between two acts of Harbormaster, oldest first: which release ran, of which commit and author, and what brought it. Without --since: the last thirty days.
--at answers for one moment. Times without a zone are UTC. It reads the log only; \`log verify\` proves that nobody changed it.`,
  examples: [
    { command: 'harbormaster audit shop --since 2026-01-01', does: 'what ran when, this year' },
    { command: 'harbormaster audit shop --at "2026-01-31 14:05"', does: 'what ran when the shop was slow' },
    { command: 'harbormaster audit shop --since 90d --json', does: 'for a program, with every image and container' },
  ],
  async run(call) {
    const [app = ''] = call.operands;
    const asked = askedOf(call);
    const record = await recordAtHand(call);
    const story = await tell(app, asked, record);
    if (!story.isKnown) throw unknownApp(app, await record.apps());
    const { host, spans, jumps } = story;
    if (asked.at === undefined) {
      const answer = { app, host, since: asked.since.toISOString(), until: asked.until?.toISOString(), spans };
      call.answer(answer, () => auditView(answer, call.now()));
    } else {
      const moment = momentIn(spans, asked.at);
      call.answer({ app, host, at: asked.at.toISOString(), ...moment }, () =>
        auditAtView({ app, host, at: asked.at, ...moment }),
      );
    }
    for (const seq of jumps)
      call.print.note(`The host's clock went back before entry ${seq}: times around it are not to be relied on.`);
    return record.exitCode();
  },
};

type Asked =
  | { readonly at: undefined; readonly since: Date; readonly until: Date | undefined }
  | { readonly at: Date; readonly since: undefined; readonly until: undefined };

/** Throws `usage`. */
function askedOf(call: Call): Asked {
  const span = spanOf(call);
  const moment = momentOf(at, call);
  if (moment === undefined) {
    const end = (span.until ?? call.now()).getTime();
    return { at: undefined, since: span.since ?? new Date(end - usually), until: span.until };
  }
  if (span.since !== undefined || span.until !== undefined)
    throw new HarborError('--at is one moment, and --since and --until are not', {
      code: 'usage',
      hint: 'Give --at alone, or a span of time without it.',
    });
  if (moment > call.now())
    throw new HarborError(`--at ${moment.toISOString()} lies in the future`, {
      code: 'usage',
      hint: 'The log knows what was. What would be deployed now: harbormaster plan',
    });
  return { at: moment, since: undefined, until: undefined };
}

interface Story {
  /** The log speaks of the app. */
  readonly isKnown: boolean;
  readonly host: string | undefined;
  /** Those that were asked for; of a moment also the ones beside it. */
  readonly spans: readonly Span[];
  /** Entries before which the clock went back. */
  readonly jumps: readonly number[];
}

async function tell(app: string, asked: Asked, record: RecordAtHand): Promise<Story> {
  const timeline = startTimeline(app);
  const clock = clockWatch();
  const spans: Span[] = [];
  let host: string | undefined;
  let isKnown = false;
  for await (const entry of entriesOf(app, record)) {
    host = entry.host;
    isKnown ||= entry.kind !== 'opened';
    clock.tick(entry);
    const ended = timeline.add(entry);
    if (ended && isAskedFor(ended, asked)) spans.push(ended);
  }
  const current = timeline.current();
  if (current && isAskedFor(current, asked)) spans.push(current);
  return { isKnown: isKnown || current !== undefined, host, spans, jumps: clock.jumps };
}

async function* entriesOf(app: string, record: RecordAtHand): AsyncGenerator<Entry> {
  const head = await record.head();
  if (head) yield head;
  yield* record.oldest({ apps: [app], kinds: timelineKinds });
}

/** For a moment every span is kept that may be beside it: the clock may have gone back. */
function isAskedFor({ from, to }: Span, asked: Asked): boolean {
  if (asked.at !== undefined) return true;
  const begins = Date.parse(from);
  const ends = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  return ends >= asked.since.getTime() && begins <= (asked.until?.getTime() ?? Number.POSITIVE_INFINITY);
}

interface Moment {
  /** Undefined: before the log knew of the app. */
  readonly span: Span | undefined;
  /** Beside an operation that was at work: what ran before, and what after. */
  readonly before: Span | undefined;
  readonly after: Span | undefined;
}

function momentIn(spans: readonly Span[], moment: Date): Moment {
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
