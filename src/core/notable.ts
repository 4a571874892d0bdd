import type { AppHistory, Entry, HostSnapshot } from '../model/entry.ts';
import type { NotificationEvent } from '../model/notification.ts';
import { historyOf } from './history.ts';

/** What an entry means for people who are told of trouble and its end; undefined: nothing new. */
export function eventOf(before: HostSnapshot, after: HostSnapshot, entry: Entry): NotificationEvent | undefined {
  // That a person lifted it is no news; that its time is over may be forgotten by then.
  if (entry.kind === 'resumed' && entry.trigger.kind !== 'request') return 'recovered';
  return 'app' in entry
    ? appEvent(historyOf(before, entry.app), historyOf(after, entry.app))
    : hostEvent(before, entry);
}

function hostEvent({ configuration }: HostSnapshot, entry: Entry): NotificationEvent | undefined {
  if (entry.kind === 'configuration-failed') return 'failed';
  return entry.kind === 'configured' && configuration?.trouble && entry.partial !== true ? 'recovered' : undefined;
}

function appEvent(was: AppHistory | undefined, is: AppHistory | undefined): NotificationEvent | undefined {
  if (is?.trouble && is.trouble.signature !== was?.trouble?.signature) return is.trouble.kind;
  if (is?.drift && driftKey(is) !== driftKey(was)) return is.drift.state === 'failed' ? 'failed' : 'drifted';
  const isWell = is?.trouble === undefined && is?.drift === undefined;
  return isWell && (was?.trouble ?? was?.drift) ? 'recovered' : undefined;
}

const driftKey = (history: AppHistory | undefined): string | undefined =>
  history?.drift && `${history.drift.state} ${history.drift.fingerprint}`;
