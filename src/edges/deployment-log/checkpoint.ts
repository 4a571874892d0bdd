/** What a log was at one moment, signed: https://c2sp.org/tlog-checkpoint over the tree of RFC 6962 whose leaves are the log's lines. */
import { parseNote, type Signer, signNote } from './signed-note.ts';

export interface Checkpoint {
  /** Which log: its key's name, and for a tree that began anew after damage also where. */
  readonly origin: string;
  /** Number of lines: those of the entries from the tree's first on. */
  readonly size: number;
  /** Hex. */
  readonly root: string;
}

/** The name of an installation's key, and of its log. */
export const logName = (instance: string): string => `harbormaster/${instance}`;

/** `epoch`: sequence number of the tree's first entry. */
export const originOf = (name: string, epoch: number): string => (epoch === 1 ? name : `${name}/from/${epoch}`);

export const signCheckpoint = (checkpoint: Checkpoint, signer: Signer): string => signNote(textOf(checkpoint), signer);

const textOf = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;

/** What the text of a note says, whoever signed it; undefined: it is no checkpoint. Lines that others may have added are ignored. */
export function parseCheckpoint(note: string): Checkpoint | undefined {
  const [origin = '', size = '', encoded = ''] = parseNote(note)?.text.split('\n') ?? [];
  const root = Buffer.from(encoded, 'base64');
  const isExact = root.length === 32 && root.toString('base64') === encoded;
  if (origin === '' || !/^(?:0|[1-9]\d{0,14})$/.test(size) || !isExact) return undefined;
  return { origin, size: Number(size), root: root.toString('hex') };
}

/** Sequence number of the first entry of its tree, if it is one of this log's; undefined: it is about another log. */
export function epochOf({ origin }: Checkpoint, name: string): number | undefined {
  if (origin === name) return 1;
  const [, epoch] = origin.startsWith(`${name}/from/`)
    ? (/^([1-9]\d{0,11})$/.exec(origin.slice(`${name}/from/`.length)) ?? [])
    : [];
  return epoch === undefined ? undefined : Number(epoch);
}
