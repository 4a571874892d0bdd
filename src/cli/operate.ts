import type { Remote } from '../api/served.ts';
import { askedBy } from '../core/actor.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Progress } from '../ports.ts';
import type { Noted } from '../reconcile/harbor.ts';
import { withHarbor } from './harbor-at-hand.ts';
import { sayOnInterrupt } from './interrupt.ts';
import type { Line } from './line.ts';
import { showProgress } from './progress.ts';
import type { Call } from './verb.ts';

export interface Operated {
  readonly reports: readonly PassReport[];
  /** Milliseconds. */
  readonly took: number;
}

type Work = (harbor: Remote, trigger: Trigger, progress: Progress) => Promise<readonly PassReport[]>;

/** An operation that a person asked for: by the daemon, or here under the lock, with its progress on stderr. */
export async function operate(call: Call, command: string, work: Work): Promise<Operated> {
  const { print, user, signal, now } = call;
  const begun = now().getTime();
  const reports = await withHarbor(
    call,
    (wired) => {
      sayOnInterrupt(call);
      return wired.operator(command, signal);
    },
    async (harbor) => {
      using progress = showProgress(print, now);
      return await work(harbor, askedBy(user), progress.tell);
    },
  );
  return { reports, took: now().getTime() - begun };
}

/** The same for what is only written down; answers what it means now. */
export async function note(
  call: Call,
  command: string,
  work: (harbor: Remote, trigger: Trigger) => Promise<Noted>,
): Promise<number> {
  const noted = await withHarbor(
    call,
    (wired) => wired.operator(command, call.signal),
    (harbor) => work(harbor, askedBy(call.user)),
  );
  call.answer(noted, (): readonly Line[] => [noted.summary]);
  return 0;
}
