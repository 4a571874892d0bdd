import type { App } from '../model/app.ts';
import type { AppHistory, QuarantineRecord } from '../model/history.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Noted } from './harbor.ts';
import type { Journal } from './journal.ts';

/** What a person says about an app, written down: no act on the host. */
export async function hold({ name }: App, reason: string, trigger: Trigger, journal: Journal): Promise<Noted> {
  const history = journal.of(name);
  const release = history?.deployed?.release;
  const where = release === undefined ? 'nothing, because it was never deployed' : `release ${release.slice(0, 12)}`;
  if (history?.hold) {
    return {
      app: name,
      entry: undefined,
      summary: `${name} is held already, since ${history.hold.since.slice(0, 19).replace('T', ' ')} UTC: ${history.hold.reason}`,
    };
  }
  const { seq } = await journal.record({ kind: 'held', app: name, release, trigger, reason });
  const under = history?.open?.purpose === 'deploy' ? history.open : undefined;
  const first = under
    ? `, once entry ${under.seq} has come to its end: it deploys ${under.release?.slice(0, 12)} now`
    : ` at ${where}`;
  const summary = `${name} is held${first}. It is kept running; nothing newer is deployed until: harbormaster release ${name}`;
  return { app: name, entry: seq, summary };
}

export async function release(
  { name }: App,
  reason: string | undefined,
  trigger: Trigger,
  journal: Journal,
): Promise<Noted> {
  if (journal.of(name)?.hold === undefined) {
    return { app: name, entry: undefined, summary: `${name} is not held` };
  }
  const { seq } = await journal.record({ kind: 'released', app: name, trigger, reason });
  return { app: name, entry: seq, summary: `${name} is released: what Git asks for is deployed again` };
}

/** What Git asks for is in quarantine. */
const quarantineOf = (history: AppHistory | undefined): QuarantineRecord | undefined =>
  history?.quarantined.find(({ release }) => release === history.desired?.release);

/** Whether there is anything that trying again could change. */
const canRetry = (history: AppHistory | undefined): boolean =>
  history?.trouble !== undefined || history?.drift !== undefined || quarantineOf(history) !== undefined;

/** Whether to try again when nobody named the app: what a person went back from stays where it is. */
export const needsRetry = (history: AppHistory | undefined): boolean =>
  canRetry(history) && quarantineOf(history)?.byHand !== true;

/** Lifts the quarantine of what Git asks for, and the pause in correcting what is fought over. */
export async function liftForRetry({ name }: App, trigger: Trigger, journal: Journal): Promise<void> {
  const history = journal.of(name);
  if (!canRetry(history)) return;
  const wanted = history?.desired?.release ?? history?.attempted?.release;
  await journal.record({ kind: 'retried', app: name, release: wanted, trigger });
}
