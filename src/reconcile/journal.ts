import { sentenceOf } from '../core/format-entry.ts';
import { advance, historyOf } from '../core/history.ts';
import { eventOf } from '../core/notable.ts';
import type { Redact } from '../core/redact.ts';
import { redactOutcome } from '../core/redact-outcome.ts';
import type { AppHistory, Entry, EntryBody, HostSnapshot } from '../model/entry.ts';
import type { Outcome } from '../model/outcome.ts';
import type { DeploymentLog, Logger, Notifier } from '../ports.ts';
import type { MeansBook } from './means.ts';

/** The deployment log with its fold beside it, and the notifications that its entries mean. */
export interface Journal {
  of(app: string): AppHistory | undefined;
  all(): HostSnapshot;
  record(body: EntryBody): Promise<Entry>;
  /** An outcome as it would be written: without the secrets of the configuration. */
  redacted(outcome: Outcome): Outcome;
  /** Intents that this process is at work on: their outcome is still to come, and they are no crash's. */
  readonly atWork: ReadonlySet<number>;
  /** Resolves when no notification is under way. */
  settled(): Promise<void>;
}

interface JournalParts {
  readonly log: DeploymentLog;
  readonly notifier: Notifier;
  readonly logger: Logger;
  readonly redact: Redact;
  readonly means: MeansBook;
}

export async function openJournal({ log, notifier, logger, redact, means }: JournalParts): Promise<Journal> {
  let history = await log.history();
  const underWay = new Set<Promise<void>>();
  const atWork = new Set<number>();

  const notify = (before: HostSnapshot, entry: Entry): void => {
    const event = eventOf(before, history, entry);
    if (event === undefined) return;
    const app = 'app' in entry ? entry.app : undefined;
    const sending = notifier
      .notify({ event, host: entry.host, app, summary: sentenceOf(entry), entry })
      .catch((error: unknown) => logger.error({ error, app }, 'a notification was not delivered'))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  /** What an auditor asks of every attempt besides: what was there before, and with what it was decided. */
  const told = async (body: EntryBody): Promise<EntryBody> => {
    if (body.kind !== 'started' && body.kind !== 'refused') return body;
    const from = historyOf(history, body.app)?.deployed?.release;
    const known = await (body.kind === 'started' ? means.now() : means.lately());
    return { ...body, ...(from !== undefined && { from }), means: known };
  };

  return {
    of: (app) => historyOf(history, app),
    all: () => history,
    atWork,
    redacted: (outcome) => redactOutcome(redact, outcome),
    async record(body) {
      const appending = log.append(await told(body));
      // Also where it could not be written: then the work is over all the same, and the next pass writes the outcome.
      const entry = await (body.kind === 'finished' ? appending.finally(() => atWork.delete(body.intent)) : appending);
      if (entry.kind === 'started') atWork.add(entry.seq);
      const before = history;
      history = advance(history, entry);
      notify(before, entry);
      return entry;
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}
