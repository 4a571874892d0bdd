import { setTimeout as delay } from 'node:timers/promises';
import { HarborError } from '../../errors.ts';
import { epochOf, parseCheckpoint } from '../deployment-log/checkpoint.ts';
import type { RootAt } from '../deployment-log/root-at.ts';
import type { Branch } from './branch.ts';
import { type Comparison, compareWith } from './compare.ts';
import { checkpointPath, entriesFolder, keyPath, lastSent, type NewFile, type Place } from './layout.ts';
import type { Unsent } from './unsent.ts';

/** What is to be told to a witness. */
export interface Testimony {
  readonly place: Place;
  /** Of our log: its key's name. */
  readonly name: string;
  /** The newest checkpoint, a signed note, and the verifier key of its signer. */
  readonly note: string;
  readonly key: string;
  readonly rootAt: RootAt;
  /** Undefined: the witness is not told of entries. */
  readonly unsent: Unsent | undefined;
  readonly now: Date;
}

export type Round =
  /** The witness holds a checkpoint over all entries up to `last`. `more`: not all entries fitted. */
  | { readonly kind: 'told'; readonly last: number; readonly more: boolean }
  | {
      readonly kind: 'contradicted';
      readonly note: string;
      readonly comparison: Extract<Comparison, { kind: 'contradicts' }>;
    };

/** So often somebody else may be faster. */
const tries = 12;
/** Milliseconds. */
const pause = 150;

/**
 * Looks what the witness holds of us, and tells it what it does not know yet. `unknown`: what it holds is about lines that left or were given up.
 * Throws what keeps it from it.
 */
export async function round(testimony: Testimony, branch: Branch, random: () => number): Promise<Round> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const tip = await branch.tip();
    const held =
      tip === undefined ? undefined : (await branch.read(tip, checkpointPath(testimony.place)))?.toString('utf8');
    const comparison = held === undefined ? undefined : await compareWith(held, testimony.name, testimony.rootAt);
    if (held !== undefined && comparison?.kind === 'contradicts')
      return { kind: 'contradicted', note: held, comparison };
    const { files, more } = await newsFor(testimony, branch, tip, held);
    const last = lastOf(testimony);
    if (files.length === 0 || (await branch.push(commitOf(testimony, tip, files)))) return { kind: 'told', last, more };
    await delay(pause * (1 + attempt) * random());
  }
  throw new HarborError('others pushed to the branch of the witness each time that we wanted to', {
    code: 'source-unreachable',
  });
}

/** What the witness does not have yet. */
async function newsFor(
  { place, note, key, unsent }: Testimony,
  branch: Branch,
  tip: string | undefined,
  held: string | undefined,
) {
  const files: NewFile[] =
    held === note
      ? []
      : [
          { path: checkpointPath(place), content: Buffer.from(note) },
          { path: keyPath(place), content: Buffer.from(`${key}\n`) },
        ];
  if (unsent === undefined) return { files, more: false };
  const sent = tip === undefined ? [] : await branch.list(tip, entriesFolder(place));
  const { files: entries, more } = await unsent(place, lastSent(sent));
  return { files: [...files, ...entries], more };
}

const commitOf = ({ place, note, now }: Testimony, parent: string | undefined, files: readonly NewFile[]) => ({
  parent,
  files,
  host: place.host,
  message: `${place.host}: ${parseCheckpoint(note)?.size ?? 0} entries`,
  at: Math.floor(now.getTime() / 1000),
});

function lastOf({ note, name }: Testimony): number {
  const checkpoint = parseCheckpoint(note);
  return checkpoint === undefined ? 0 : (epochOf(checkpoint, name) ?? 1) + checkpoint.size - 1;
}
