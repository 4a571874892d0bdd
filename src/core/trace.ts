import type { Entry } from '../model/entry.ts';
import type { RunningService, Span } from '../model/span.ts';
import type { Attempted, Finding, Period } from '../model/trace.ts';
import { type Fit, fitsContainer, fitsDigits, fitsImage } from './fits.ts';
import { sentenceOf } from './format-entry.ts';
import { startTimeline, type Timeline } from './timeline.ts';

/** A walk from an image, a container, a commit or a release to what brought it: a fold of the entries of the apps concerned, oldest first. */
export interface Tracing {
  add(entry: Entry): void;
  /** The newest first. */
  result(): readonly Finding[];
}

/** Names a finding; what is found again is the same one. */
type Subject = Pick<Finding, 'kind' | 'id' | 'name' | 'app' | 'service' | 'image'>;

interface Found extends Finding {
  readonly fit: Fit;
}

export function startTracing(text: string): Tracing {
  const wanted = text.trim();
  const timelines = new Map<string, Timeline>();
  const found = new Map<string, Found>();

  const note = (subject: Subject, fit: Fit, change: (before: Found) => Found): void => {
    if (fit === undefined) return;
    const key = [subject.kind, subject.app, subject.service, subject.id].join('\n');
    found.set(key, change(found.get(key) ?? { ...blank, ...subject, fit }));
  };
  /** From the intent of an operation to its outcome. */
  const operations = new Map<number, number>();
  const noteSpan = (span: Span, until: number | undefined): void => {
    if (span.state === 'changing' && until !== undefined) operations.set(span.seq, until);
    for (const [subject, fit] of subjectsOf(span, wanted))
      note(subject, fit, (before) => ranIn(before, { span, until, operations }));
  };

  return {
    add(entry) {
      const { opened, own } = timelinesFor(entry, timelines);
      for (const timeline of opened) timeline.add(entry);
      if (own === undefined || !('app' in entry)) return;
      const ended = own.add(entry);
      if (ended) noteSpan(ended, entry.seq);
      const attempt = attemptOf(entry);
      if (attempt)
        for (const [subject, fit] of aimsOf(entry, wanted))
          note(subject, fit, (before) => ({
            ...before,
            ...aimedAt(before, entry),
            attempts: [...before.attempts, attempt],
          }));
    },
    result() {
      for (const timeline of timelines.values()) {
        const span = timeline.current();
        if (span) noteSpan(span, undefined);
      }
      return chosen([...found.values()]);
    },
  };
}

const blank = {
  ran: [],
  origin: undefined,
  deployment: undefined,
  release: undefined,
  revision: undefined,
  commit: undefined,
  attempts: [],
} as const;

/** Which timelines an entry goes to: the head of a file to those of every app that it remembers. */
function timelinesFor(entry: Entry, timelines: Map<string, Timeline>) {
  const of = (app: string): Timeline => {
    const timeline = timelines.get(app) ?? startTimeline(app);
    timelines.set(app, timeline);
    return timeline;
  };
  const opened = entry.kind === 'opened' ? Object.keys(entry.snapshot.apps).map(of) : [];
  return { opened, own: 'app' in entry ? of(entry.app) : undefined };
}

/** What of a span fits. While an operation is at work its release does not run yet, and what ran before it mostly does still. */
const subjectsOf = (span: Span, wanted: string): readonly (readonly [Subject, Fit])[] => [
  ...(span.state === 'changing' ? [] : aimsOf(span, wanted)),
  ...span.services.flatMap((service) => servicesOf(span, service, wanted)),
];

/** What a span or an entry was for. */
function aimsOf(of: Entry | Span, wanted: string): readonly (readonly [Subject, Fit])[] {
  if (!('app' in of)) return [];
  const common = { app: of.app, name: undefined, service: undefined, image: undefined };
  const revision = 'revision' in of ? of.revision : undefined;
  const commit = 'commit' in of ? of.commit : revision?.commit;
  const release = 'release' in of ? of.release : undefined;
  const digits = wanted.toLowerCase();
  return [
    ...(commit === undefined ? [] : [[{ ...common, kind: 'commit', id: commit }, fitsDigits(digits, commit)] as const]),
    ...(release === undefined
      ? []
      : [[{ ...common, kind: 'release', id: release }, fitsDigits(digits, release)] as const]),
  ];
}

function servicesOf({ app }: Span, running: RunningService, wanted: string): readonly (readonly [Subject, Fit])[] {
  const { service, image, imageId, containers } = running;
  const id = image ?? imageId;
  const ofImage = { kind: 'image', id: id ?? '', name: undefined, app, service, image } as const;
  return [
    ...(id === undefined ? [] : [[ofImage, fitsImage(wanted, running)] as const]),
    ...containers.map((container) => {
      const subject = { kind: 'container', ...container, app, service, image: id } as const;
      return [subject, fitsContainer(wanted, container)] as const;
    }),
  ];
}

interface Ran {
  readonly span: Span;
  /** The entry that ended it. */
  readonly until: number | undefined;
  readonly operations: ReadonlyMap<number, number>;
}

/** It ran in this span as well; spans that follow one another are one period, also over an operation that left it running. */
function ranIn(before: Found, { span, until, operations }: Ran): Found {
  const { seq, from, to, state } = span;
  const last = before.ran.at(-1);
  const end = last?.until;
  const follows = end !== undefined && (end === seq || operations.get(end) === seq);
  const isSame = before.kind === 'container' || before.kind === 'image' || last?.state === state;
  const ran =
    last && follows && isSame
      ? [...before.ran.slice(0, -1), { ...last, to, until }]
      : [...before.ran, { seq, from, to, state, until } satisfies Period];
  return { ...before, ...originalOf(before, span), ran };
}

/** What it came with at first stays what it came from. */
function originalOf(before: Found, span: Span): Partial<Found> {
  if (before.origin !== undefined || span.state === 'changing') return {};
  const { origin, deployment, release, revision, commit } = span;
  return { origin, deployment, release, revision: revision ?? before.revision, commit };
}

/** What never came to run is known by what was tried. */
function aimedAt(before: Found, entry: Entry): Partial<Found> {
  if (before.revision !== undefined || (entry.kind !== 'refused' && entry.kind !== 'finished')) return {};
  const { release, revision } = entry;
  return { release, revision, commit: revision?.commit };
}

/** What was tried and came to nothing. */
function attemptOf(entry: Entry): Attempted | undefined {
  const isOver = entry.kind === 'refused' || (entry.kind === 'finished' && entry.outcome.kind !== 'applied');
  return isOver ? { seq: entry.seq, at: entry.at, what: sentenceOf(entry) } : undefined;
}

/** Where something fits as a whole, what only begins like it was not meant. */
function chosen(all: readonly Found[]): readonly Finding[] {
  const whole = all.filter(({ fit }) => fit === 'whole');
  return (whole.length > 0 ? whole : all)
    .toSorted((one, other) => newest(other) - newest(one))
    .map(({ fit: _, ...finding }) => finding);
}

const newest = ({ ran, attempts }: Finding): number => Math.max(ran.at(-1)?.seq ?? 0, attempts.at(-1)?.seq ?? 0);
