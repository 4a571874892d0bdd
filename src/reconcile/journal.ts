import { advance, historyOf } from '../core/history.ts';
import type { Redact } from '../core/redact.ts';
import { redactOutcome } from '../core/redact-outcome.ts';
import type { Entry, EntryBody } from '../model/entry.ts';
import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { Outcome } from '../model/outcome.ts';
import type { DeploymentLog, Outbox } from '../ports.ts';
import type { MeansBook } from './means.ts';

/** The deployment log with its fold beside it, and an outbox that is told of each entry. */
export interface Journal {
  of(app: string): AppHistory | undefined;
  all(): HostSnapshot;
  record(body: EntryBody): Promise<Entry>;
  /** An outcome as it would be written: without the secrets of the configuration. */
  redacted(outcome: Outcome): Outcome;
  /** Intents that this process is at work on: their outcome is still to come, and they are no crash's. */
  readonly atWork: ReadonlySet<number>;
}

interface JournalParts {
  readonly log: DeploymentLog;
  readonly outbox: Outbox;
  readonly redact: Redact;
  readonly means: MeansBook;
}

export async function openJournal({ log, outbox, redact, means }: JournalParts): Promise<Journal> {
  let history = await log.history();
  const atWork = new Set<number>();

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
      outbox.take({ before, after: history, entry });
      return entry;
    },
  };
}
