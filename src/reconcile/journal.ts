import { advance, historyOf } from '../core/history.ts';
import type { Redact } from '../core/redact.ts';
import { redactOutcome } from '../core/redact-outcome.ts';
import { HarborError } from '../errors.ts';
import type { Entry, EntryBody } from '../model/entry.ts';
import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { DeploymentLog, Outbox } from '../ports.ts';
import type { MeansBook } from './means.ts';

/** The deployment log with its fold beside it, and an outbox that is told of each entry. */
export interface Journal {
  of(app: string): AppHistory | undefined;
  all(): HostSnapshot;
  record(body: EntryBody): Promise<Entry>;
  /**
   * The same for an intent, unless something bars it in the very moment in which it is written. Words of people that are being written just then come
   * first: whoever reads the log finds nothing begun after it was forbidden.
   */
  begin(intent: Intent, barred: () => PassReport | undefined): Promise<Begun | Barred>;
  /** An outcome as it would be written: without the secrets of the configuration. */
  redacted(outcome: Outcome): Outcome;
  /** Intents that this process is at work on: their outcome is still to come, and they are no crash's. */
  readonly atWork: ReadonlySet<number>;
}

type Intent = Extract<EntryBody, { kind: 'started' }>;

interface Begun {
  readonly kind: 'begun';
  readonly intent: Entry;
}

/** Nothing was begun, and nothing written. */
export interface Barred {
  readonly kind: 'barred';
  /** The answer to whoever asked for it. */
  readonly report: PassReport;
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

  const appended = async (body: EntryBody): Promise<Entry> => {
    try {
      return await log.append(body);
    } catch (error) {
      // The work is over all the same, and the next pass writes the outcome.
      if (body.kind === 'finished') atWork.delete(body.intent);
      throw error;
    }
  };

  const write = async (body: EntryBody): Promise<Entry> => {
    const entry = await appended(body);
    // Nothing may come between these: an intent that is open and that nobody works on is a crash's.
    if (entry.kind === 'started') atWork.add(entry.seq);
    if (entry.kind === 'finished') atWork.delete(entry.intent);
    const before = history;
    history = advance(history, entry);
    outbox.take({ before, after: history, entry });
    return entry;
  };

  /** Settled once everything that forbids something and was said by now is written. */
  let said: Promise<unknown> = Promise.resolve();
  const record = async (body: EntryBody): Promise<Entry> => write(await told(body));

  return {
    of: (app) => historyOf(history, app),
    all: () => history,
    atWork,
    redacted: (outcome) => redactOutcome(redact, outcome),
    record(body) {
      const writing = record(body);
      if (forbidding.has(body.kind)) said = Promise.allSettled([said, writing]);
      return writing;
    },
    async begin(intent, barred) {
      const body = await told(intent);
      let heard: Promise<unknown> | undefined;
      while (heard !== said) {
        heard = said;
        await heard;
      }
      const open = historyOf(history, intent.app)?.open;
      if (open !== undefined) throw unended(intent.app, open.seq);
      const report = barred();
      return report === undefined ? { kind: 'begun', intent: await write(body) } : { kind: 'barred', report };
    },
  };
}

/** Its outcome could not be written; who had waited for its end must not begin then. */
const unended = (app: string, entry: number): HarborError =>
  new HarborError(`what became of entry ${entry} of ${app} is not written yet: nothing new begins before`, {
    code: 'log-unwritable',
    hint: 'The next pass looks what is there, and writes it. Is there room on the disk of the log?',
  });

const forbidding: ReadonlySet<EntryBody['kind']> = new Set(['held', 'suspended', 'rejected']);
