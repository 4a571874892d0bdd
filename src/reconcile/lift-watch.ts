import { isOver, type Suspended, suspendedIn } from '../core/suspension.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { Clock } from '../ports.ts';
import type { Journal } from './journal.ts';

/** Whose suspension has ended since the last call, by a person or because its time is over: what waited is not left waiting for its interval. */
export type Lifted = () => 'all' | readonly string[];

export function createLiftWatch(journal: Pick<Journal, 'all'>, clock: Pick<Clock, 'now'>): Lifted {
  let seen: HostSnapshot | undefined;
  let standing: readonly Suspended[] = [];
  return () => {
    const now = clock.now();
    const snapshot = journal.all();
    if (snapshot === seen && standing.every(({ record }) => !isOver(record, now))) return [];
    const before = standing;
    seen = snapshot;
    standing = suspendedIn(snapshot).filter(({ record }) => !isOver(record, now));
    const ended = before.filter((one) => !standing.some((other) => isSame(one, other)));
    return ended.some(({ of }) => of === 'host') ? 'all' : ended.flatMap((one) => (one.of === 'app' ? [one.app] : []));
  };
}

const isSame = (one: Suspended, other: Suspended): boolean =>
  one.of === 'app' ? other.of === 'app' && other.app === one.app : other.of === 'host';
