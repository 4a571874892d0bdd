import { HarborError } from '../../errors.ts';
import type { EntryBody } from '../../model/entry.ts';
import type { Trigger } from '../../model/trigger.ts';
import { originOf, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { type Ledger, write } from './ledger.ts';
import { notesIn, writeNote } from './notes.ts';
import { type Signer, verifierKey } from './signed-note.ts';
import { handOver, type SigningKey } from './signing-key.ts';

/** Signs what the log is, now and then. */
export interface Sealer {
  /** Names the key in the log, where it does not say it yet. */
  introduce(): Promise<void>;
  /** A checkpoint over all entries, if there is none yet. Never rejects: that it cannot be written keeps nothing from going on. */
  seal(): Promise<void>;
  /** The same, but only once so many entries are not covered, or one is not for so long. */
  sealIfDue(): Promise<void>;
  /** The newest one, as a signed note. */
  latest(): string | undefined;
  /** Entries that it does not cover. */
  uncovered(): number;
  changeKey(trigger: Trigger, reason: string): Promise<void>;
}

/** Milliseconds after which a checkpoint that could not be written is tried again. */
const sealAgain = 60_000;

export async function openSealer(ledger: Ledger, keys: SigningKey): Promise<Sealer> {
  const { directory, clock, limits, logger } = ledger.options;
  const { book } = ledger;
  let signer = await keys.load(book.state().key);
  let latest = (await notesIn(directory)).at(-1)?.note;
  let covered = sizeOf(latest, originOf(signer.name, book.state().epoch));
  let waitingSince: number | undefined;
  let notBefore = 0;
  const now = (): number => clock.now().getTime();

  const seal = async (): Promise<void> => {
    const [size, { epoch }] = [book.size(), book.state()];
    if (size === covered && latest !== undefined) return;
    try {
      const note = signCheckpoint({ origin: originOf(signer.name, epoch), size, root: book.root() }, signer);
      await writeNote(ledger.segment, note);
      [latest, covered, waitingSince] = [note, size, undefined];
    } catch (error) {
      notBefore = now() + sealAgain;
      logger.warn({ error }, 'a checkpoint of the deployment log could not be written; it is tried again');
    }
  };
  const sealIfDue = async (): Promise<void> => {
    if (book.size() === covered) return;
    waitingSince ??= now();
    const { checkpointEntries, checkpointAge } = limits();
    // A clock that was set back makes nothing wait until it has caught up.
    const isDue = book.size() - covered >= checkpointEntries || Math.abs(now() - waitingSince) >= checkpointAge;
    if (isDue && now() >= notBefore) await seal();
  };
  return {
    async introduce() {
      const { key } = book.state();
      if (key !== verifierKey(signer)) await write(ledger, introduction(key, signer));
    },
    seal,
    sealIfDue,
    latest: () => latest,
    uncovered: () => book.size() - covered,
    async changeKey(trigger, reason) {
      await seal();
      const heir = await keys.prepare();
      const change = { from: verifierKey(signer), to: verifierKey(heir), handover: handOver(heir, signer) };
      await write(ledger, { kind: 'key-changed', ...change, trigger, reason });
      await keys.adopt();
      signer = heir;
      await seal();
    },
  };
}

const introduction = (from: string | undefined, signer: Signer): EntryBody => ({
  kind: 'key-changed',
  from,
  to: verifierKey(signer),
  handover: undefined,
  trigger: { kind: 'start' },
  reason: from === undefined ? undefined : 'the file of the key before was gone',
});

function sizeOf(note: string | undefined, origin: string): number {
  const checkpoint = note === undefined ? undefined : parseCheckpoint(note);
  return checkpoint?.origin === origin ? checkpoint.size : 0;
}

/** Of a log that is opened without a key. */
export const noSealer: Sealer = {
  introduce: () => Promise.resolve(),
  seal: () => Promise.resolve(),
  sealIfDue: () => Promise.resolve(),
  latest: () => undefined,
  uncovered: () => 0,
  changeKey: () => Promise.reject(new HarborError('the log was opened without its key', { code: 'bug' })),
};
