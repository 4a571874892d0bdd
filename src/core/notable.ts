import type { Entry } from '../model/entry.ts';
import type { Fact } from '../model/fact.ts';
import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { Notification, NotificationEvent } from '../model/notification.ts';
import { onlyWaits } from './dependencies.ts';
import { sentenceOf } from './format-entry.ts';
import { historyOf } from './history.ts';

/** What people are told of an entry; undefined: nothing. */
export function notificationOf({ before, after, entry }: Fact): Notification | undefined {
  const event = eventOf(before, after, entry);
  const app = 'app' in entry ? entry.app : undefined;
  return event && { event, host: entry.host, app, summary: sentenceOf(entry), entry };
}

/** What an entry means for people who are told of trouble and its end; undefined: nothing new. */
export function eventOf(before: HostSnapshot, after: HostSnapshot, entry: Entry): NotificationEvent | undefined {
  // That a person lifted it is no news; that its time is over may be forgotten by then.
  if (entry.kind === 'resumed' && entry.trigger.kind !== 'request') return 'recovered';
  if (entry.kind === 'left') return 'blocked';
  // Its trouble is what it was.
  if (entry.kind === 'renamed') return undefined;
  return 'app' in entry
    ? appEvent(historyOf(before, entry.app), historyOf(after, entry.app))
    : hostEvent(before, entry);
}

function hostEvent({ configuration }: HostSnapshot, entry: Entry): NotificationEvent | undefined {
  // That somebody rewrote the record, nobody may learn only by looking.
  if (entry.kind === 'configuration-failed' || entry.kind === 'contradicted') return 'failed';
  return entry.kind === 'configured' && configuration?.trouble && entry.partial !== true ? 'recovered' : undefined;
}

function appEvent(was: AppHistory | undefined, is: AppHistory | undefined): NotificationEvent | undefined {
  if (is?.trouble && is.trouble.signature !== was?.trouble?.signature) return isWait(is) ? undefined : is.trouble.kind;
  const news = is && eventOfWhatRuns(was, is);
  if (news !== undefined) return news;
  const isAllowed = was?.objection !== undefined && is?.objection === undefined;
  return isWell(is) && (isAllowed || wasTold(was)) ? 'recovered' : undefined;
}

function eventOfWhatRuns(was: AppHistory | undefined, is: AppHistory): NotificationEvent | undefined {
  if (is.drift && driftKey(is) !== driftKey(was)) return is.drift.state === 'failed' ? 'failed' : 'drifted';
  if (is.stale && was?.stale === undefined) return 'stale';
  return is.objection && is.objection.fingerprint !== was?.objection?.fingerprint ? 'blocked' : undefined;
}

const isWell = (history: AppHistory | undefined): boolean =>
  history?.trouble === undefined && history?.drift === undefined && history?.stale === undefined;

const wasTold = (history: AppHistory | undefined): boolean =>
  history?.drift !== undefined ||
  history?.stale !== undefined ||
  history?.left?.state === 'waiting' ||
  (history?.trouble !== undefined && history.trouble.quiet !== true);

/** That an app has its turn after another one is no trouble; if that one is in trouble, that is told of it. */
const isWait = ({ attempted }: AppHistory): boolean => attempted !== undefined && onlyWaits(attempted.outcome);

const driftKey = (history: AppHistory | undefined): string | undefined =>
  history?.drift && `${history.drift.state} ${history.drift.fingerprint}`;
