import { faultOf } from '../errors.ts';
import type { Entry, EntryOf } from '../model/entry.ts';
import type { Fact } from '../model/fact.ts';
import type { CommitState, CommitWord } from '../model/forge.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { BlockCode, Outcome } from '../model/outcome.ts';
import type { Revision } from '../model/revision.ts';
import { outcomeSentence, shortRelease } from './format-entry.ts';
import { historyOf } from './history.ts';
import { visible } from './visible.ts';

/** What an entry means for those who pushed. */
export interface CommitNews {
  /** Of the commit that the entry is about. */
  readonly newest: CommitWord | undefined;
  /** Of commits that waited, and whose time is over. */
  readonly ended: readonly CommitWord[];
}

/** `open`: commits (`commitSubject`) of which it was told that they wait or are being deployed. */
export function commitNews(fact: Fact, open: ReadonlySet<string>): CommitNews {
  const { entry } = fact;
  if (!('app' in entry)) return { newest: undefined, ended: [] };
  const waiting = [...open]
    .map(wordOf)
    .filter(({ app }) => app === (entry.kind === 'renamed' ? entry.from : entry.app));
  if (entry.kind === 'renamed') return underNewName(entry, fact.after, waiting);
  const newest = newsOf(fact, entry, waiting);
  const ended = waiting.filter((word) => newest === undefined || !isSame(word, newest));
  const why = overBecause(entry, newest);
  return { newest, ended: why === undefined ? [] : ended.map((word) => superseded(word, why)) };
}

/** Names a commit of an app among those that wait; `wordOf` reads it. */
export const commitSubject = ({ host, app, repository, commit, ref }: CommitWord): string =>
  [host, app, repository, commit, ref].join('\n');

function wordOf(subject: string): CommitWord {
  const [host = '', app = '', repository = '', commit = '', ref = ''] = subject.split('\n');
  return { host, app, repository, commit, ref, state: 'waiting', description: '' };
}

/** More is to come. */
export const isOpen = ({ state }: CommitWord): boolean => state === 'waiting' || state === 'deploying';

const isSame = (one: CommitWord, other: CommitWord): boolean =>
  one.host === other.host &&
  one.repository === other.repository &&
  one.commit === other.commit &&
  one.ref === other.ref;

const superseded = (word: CommitWord, why: string): CommitWord => ({ ...word, state: 'superseded', description: why });

type OfApp = Exclude<Extract<Entry, { app: string }>, EntryOf<'renamed'>>;

/** Why nothing comes any more of the commits that waited; undefined: something does. */
function overBecause(entry: OfApp, newest: CommitWord | undefined): string | undefined {
  if (newest !== undefined) return `superseded by ${newest.commit.slice(0, 10)}`;
  if (entry.kind === 'recovered' && entry.of === 'release') return 'superseded: Git asks for what is deployed';
  const isGone =
    entry.kind === 'forgotten' ||
    (entry.kind === 'finished' && entry.purpose === 'remove' && entry.outcome.kind === 'applied');
  return isGone ? `${entry.app} is no longer deployed by ${entry.host}` : undefined;
}

function newsOf(fact: Fact, entry: OfApp, waiting: readonly CommitWord[]): CommitWord | undefined {
  const revision = 'revision' in entry ? entry.revision : undefined;
  const found = revision && sayingOf(fact, entry);
  if (!revision || !found) return undefined;
  const word = { ...about(entry, revision), ...found };
  const wasToldAlready = isRepetition(fact, entry) && !waiting.some((other) => isSame(other, word));
  return wasToldAlready ? undefined : word;
}

const about = ({ host, app }: OfApp, { repository, commit, ref }: Revision) => ({ host, app, repository, commit, ref });

type Saying = Pick<CommitWord, 'state' | 'description'>;

const saying = (state: CommitState, text: string): Saying => ({
  state,
  description: visible(text.split('\n', 1)[0] ?? ''),
});

/** Only what Git asks for is told: that what runs is healed or gone back to says nothing of a commit. */
function sayingOf(fact: Fact, entry: OfApp): Saying | undefined {
  switch (entry.kind) {
    case 'started':
      return isDeployment(entry) ? saying('deploying', `deploying${releaseText(entry.release)}`) : undefined;
    case 'finished':
      return isDeployment(entry) ? endOf(entry) : undefined;
    case 'refused':
      return ofOutcome(entry.outcome);
    case 'recovered':
      return entry.of === 'release' ? saying('healthy', `deployed already${releaseOf(fact, entry.app)}`) : undefined;
    default:
      return undefined;
  }
}

const isDeployment = ({ purpose }: EntryOf<'started' | 'finished'>): boolean =>
  purpose === 'deploy' || purpose === 'adopt';

const releaseText = (release: string | undefined): string =>
  release === undefined ? '' : ` release ${shortRelease(release)}`;

const releaseOf = ({ after }: Fact, app: string): string => {
  const release = historyOf(after, app)?.deployed?.release;
  return release === undefined ? '' : ` as release ${shortRelease(release)}`;
};

const endOf = ({ outcome, duration, release }: EntryOf<'finished'>): Saying | undefined =>
  outcome.kind === 'applied'
    ? saying('healthy', `deployed${releaseText(release)}, healthy after ${(duration / 1000).toFixed(1)} s`)
    : ofOutcome(outcome);

/** What was cut short goes on: that is no news. */
function ofOutcome(outcome: Outcome): Saying | undefined {
  if (outcome.kind === 'blocked') {
    const text = outcome.reasons.map(({ reason }) => reason).join('; ');
    return outcome.reasons.some(({ code }) => isFinal(code))
      ? saying('failed', text)
      : saying('waiting', `waits: ${text}`);
  }
  if (outcome.kind === 'superseded') return saying('superseded', outcomeSentence(outcome));
  if (outcome.kind !== 'failed') return undefined;
  return saying(faultOf(outcome.code) === 'user' ? 'failed' : 'broken', outcomeSentence(outcome));
}

/** Nothing comes of it by itself any more. */
const isFinal = (code: BlockCode): boolean => code === 'quarantined' || code === 'rejected';

/** What failed is tried again and again: it stays told as it was until it is over, or until a person asks for it. */
function isRepetition({ before, after }: Fact, entry: OfApp): boolean {
  const [was, is] = [historyOf(before, entry.app), historyOf(after, entry.app)];
  const commit = 'revision' in entry ? entry.revision?.commit : undefined;
  if (was?.trouble?.kind !== 'failed' || was.attempted?.commit !== commit) return false;
  if (entry.kind === 'started') return entry.trigger.kind !== 'request';
  return is?.trouble?.signature === was.trouble.signature;
}

/** What a forge shows has the app's name in it: it ends under the old one, and goes on under the new. */
function underNewName(
  { app, from }: EntryOf<'renamed'>,
  after: HostSnapshot,
  waiting: readonly CommitWord[],
): CommitNews {
  const last = waiting.at(-1);
  const why = historyOf(after, app)?.trouble?.message;
  return {
    newest: last && { ...last, app, ...saying('waiting', why === undefined ? `was ${from} before` : `waits: ${why}`) },
    ended: waiting.map((word) => superseded(word, `${from} is called ${app} now`)),
  };
}
