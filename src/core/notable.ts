import type { AppHistory, Entry, HostSnapshot } from '../model/entry.ts';
import type { NotificationEvent } from '../model/notification.ts';
import { historyOf } from './history.ts';

/** What an entry means for people who are told of trouble and its end; undefined: nothing new. */
export function eventOf(before: HostSnapshot, after: HostSnapshot, entry: Entry): NotificationEvent | undefined {
  // That a person lifted it is no news; that its time is over may be forgotten by then.
  if (entry.kind === 'resumed' && entry.trigger.kind !== 'request') return 'recovered';
  // Somebody rewrote the record: nobody may learn of that only by looking.
  if (entry.kind === 'contradicted') return 'failed';
  if (!('app' in entry)) return undefined;
  const was = historyOf(before, entry.app);
  const is = historyOf(after, entry.app);
  if (is?.trouble && is.trouble.signature !== was?.trouble?.signature) return is.trouble.kind;
  if (is?.drift && driftKey(is) !== driftKey(was)) return is.drift.state === 'failed' ? 'failed' : 'drifted';
  const isWell = is?.trouble === undefined && is?.drift === undefined;
  return isWell && (was?.trouble ?? was?.drift) ? 'recovered' : undefined;
}

const driftKey = (history: AppHistory | undefined): string | undefined =>
  history?.drift && `${history.drift.state} ${history.drift.fingerprint}`;
