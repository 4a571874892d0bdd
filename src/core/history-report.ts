import type { Entry, EntryOf } from '../model/entry.ts';
import type { AppHistory, GoodRelease } from '../model/history.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Revision } from '../model/revision.ts';
import type { Purpose } from '../model/service-record.ts';
import type { Trigger } from '../model/trigger.ts';
import { people, shortPlan } from './approval.ts';
import { causesOf, claimsText, overriddenText, sentenceOf, shortRelease, unorderedText } from './format-entry.ts';
import { signerText } from './provenance.ts';
import { untilText } from './until.ts';

/** Everything that was tried with one app, and everything that people said about it. */
export interface HistoryReport {
  readonly app: string;
  /** Release whose containers are there, as far as the log knows. */
  readonly running: string | undefined;
  /** Newest first. */
  readonly attempts: readonly Attempt[];
  /** Releases that one can go back to, newest first. */
  readonly good: readonly WayBack[];
}

export interface WayBack extends GoodRelease {
  /** Why it is not deployed by itself; undefined: nothing is known against it. */
  readonly quarantined: string | undefined;
}

/** One line of it: an intent and its outcome are one. */
export interface Attempt {
  /** Entry that tells most of it: the outcome; while there is none, the intent. */
  readonly seq: number;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly what:
    | Purpose
    | 'refused'
    | 'recovered'
    | 'drift'
    | 'policy'
    | 'stale'
    | 'hold'
    | 'release'
    | 'suspend'
    | 'resume'
    | 'retry'
    | 'accept-history'
    | 'approval'
    | 'rejection'
    | 'forget'
    | 'removal policy'
    | 'left'
    | 'returned'
    | 'renamed';
  readonly release: string | undefined;
  readonly commit: string | undefined;
  /** Undefined where nothing was attempted. `open`: under way, or cut short and not yet written down. */
  readonly outcome: Outcome['kind'] | 'open' | EntryOf<'drifted'>['state'] | undefined;
  /** Why it was done, and what came of it. */
  readonly details: readonly string[];
  readonly trigger: Trigger | undefined;
  /** Milliseconds. */
  readonly duration: number | undefined;
  /** It put there what runs now. */
  readonly runs: boolean;
}

type OfApp = Extract<Entry, { app: string }>;
type Line = Exclude<OfApp, { kind: 'step' | 'hook-begun' | 'hook-ended' }>;

/** What happens within an operation. */
const isWithin = ({ kind }: OfApp): boolean => kind === 'step' || kind === 'hook-begun' || kind === 'hook-ended';

/** Undefined: the log does not know the app. `history` is what the same entries fold to. */
export function historyReport(
  app: string,
  entries: readonly Entry[],
  history: AppHistory | undefined,
): HistoryReport | undefined {
  const own = ownEntries(app, entries);
  if (own.length === 0 && history === undefined) return undefined;
  const running = history?.applied ?? history?.deployed?.release;
  return {
    app,
    running,
    attempts: marked(attemptsIn(own), running),
    good: (history?.good ?? [])
      .filter(({ release }) => release !== running)
      .map((each) => ({
        ...each,
        quarantined: history?.quarantined.find(({ release }) => release === each.release)?.reason,
      }))
      .toReversed(),
  };
}

/** Those from before the app had its name, too. */
function ownEntries(app: string, entries: readonly Entry[]): readonly OfApp[] {
  const names = new Set([app]);
  const own: OfApp[] = [];
  for (const entry of entries.toReversed()) {
    if (!('app' in entry) || !names.has(entry.app)) continue;
    own.push(entry);
    if (entry.kind === 'renamed') names.add(entry.from);
  }
  return own.reverse();
}

function attemptsIn(own: readonly OfApp[]): readonly Attempt[] {
  const intents = new Map(own.flatMap((entry) => (entry.kind === 'started' ? [[entry.seq, entry] as const] : [])));
  const ended = new Set(own.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : [])));
  return own
    .filter((entry): entry is Line => !isWithin(entry) && !ended.has(entry.seq))
    .map((entry) => attemptOf(entry, entry.kind === 'finished' ? intents.get(entry.intent) : undefined))
    .toReversed();
}

/** The newest one that brought the release, a successful one before any other. */
function marked(attempts: readonly Attempt[], running: string | undefined): readonly Attempt[] {
  const brought = attempts.filter(
    ({ what, outcome, release }) => what !== 'refused' && outcome !== undefined && release === running,
  );
  const runs = brought.find(({ outcome }) => outcome === 'applied') ?? brought[0];
  return running === undefined ? attempts : attempts.map((each) => (each === runs ? { ...each, runs: true } : each));
}

function attemptOf(entry: Line, intent: EntryOf<'started'> | undefined): Attempt {
  const bare = {
    seq: entry.seq,
    at: intent?.at ?? entry.at,
    release: 'release' in entry ? entry.release : undefined,
    commit: 'revision' in entry ? entry.revision?.commit : undefined,
    outcome: undefined,
    details: [],
    trigger: 'trigger' in entry ? entry.trigger : undefined,
    duration: undefined,
    runs: false,
  };
  switch (entry.kind) {
    case 'started':
      return { ...bare, what: entry.purpose, outcome: 'open', details: reasonsOf(entry) };
    case 'finished': {
      const { purpose, outcome, duration } = entry;
      const details = [...(intent ? reasonsOf(intent) : []), ...detailOf(outcome)];
      return { ...bare, what: purpose, outcome: outcome.kind, duration, details };
    }
    case 'refused':
      return { ...bare, what: 'refused', outcome: entry.outcome.kind, details: detailOf(entry.outcome) };
    case 'recovered':
      return { ...bare, what: 'recovered', details: [`from entry ${entry.after}`] };
    case 'drifted':
      return { ...bare, what: 'drift', outcome: entry.state, details: entry.causes };
    case 'stale':
    case 'objected':
      return { ...bare, what: entry.kind === 'stale' ? 'stale' : 'policy', details: [sentenceOf(entry)] };
    case 'held':
      return { ...bare, what: 'hold', details: [entry.reason] };
    case 'released':
      return { ...bare, what: 'release', details: said(entry.reason) };
    case 'suspended':
      return { ...bare, what: 'suspend', details: [`${untilText(entry.until)}: ${entry.reason}`] };
    case 'resumed':
      return { ...bare, what: 'resume', details: said(entry.reason) };
    case 'retried':
      return { ...bare, what: 'retry' };
    case 'history-accepted':
      return {
        ...bare,
        commit: entry.to,
        what: 'accept-history',
        details: [entry.reason, `from commit ${entry.from}`],
      };
    case 'approved':
      return { ...bare, what: 'approval', details: [`plan ${shortPlan(entry.plan)}`, ...said(entry.reason)] };
    case 'rejected':
      return { ...bare, what: 'rejection', details: [`plan ${shortPlan(entry.plan)}`, ...said(entry.reason)] };
    case 'adopted':
      return { ...bare, what: 'adopt', details: [...said(entry.reason), claimsText(entry)] };
    case 'forgotten':
      return { ...bare, what: 'forget', details: [...said(entry.reason), claimsText(entry)] };
    case 'removal-set':
      return { ...bare, what: 'removal policy', details: [sentenceOf(entry)] };
    case 'left':
      return { ...bare, what: 'left', details: [sentenceOf(entry)] };
    case 'returned':
      return { ...bare, what: 'returned' };
    case 'renamed':
      return { ...bare, what: 'renamed', details: [`from ${entry.from}`] };
    default:
      return entry satisfies never;
  }
}

const said = (reason: string | undefined): readonly string[] => (reason === undefined ? [] : [reason]);

/** Why an operation was begun: what a person said, what a heal found, what the commit says of itself. */
function reasonsOf(intent: EntryOf<'started'>): readonly string[] {
  const { purpose, reason, revision, consent, overridden, unordered } = intent;
  const approved = consent === undefined ? [] : [`approved by ${people(consent.approvals)}`];
  const told = [
    ...approved,
    ...said(reason),
    ...(overridden === undefined ? [] : [overriddenText(overridden)]),
    ...(unordered === undefined ? [] : [unorderedText(unordered)]),
  ];
  if (purpose === 'heal') return [...causesOf(intent), ...told];
  return purpose === 'deploy' && revision !== undefined
    ? [...told, `"${revision.subject}"`, ...signedBy(revision)]
    : told;
}

const signedBy = ({ signer }: Revision): readonly string[] =>
  signer === undefined ? [] : [`signed by ${signerText(signer)}`];

function detailOf(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'failed':
      return [`${outcome.step === undefined ? '' : `at "${outcome.step}": `}${outcome.message}`];
    case 'blocked':
      return outcome.reasons.map(({ reason }) => reason);
    case 'superseded':
      return [`by release ${shortRelease(outcome.by)}`];
    case 'interrupted':
      return outcome.step === undefined ? [] : [`before "${outcome.step}"`];
    default:
      return [];
  }
}
