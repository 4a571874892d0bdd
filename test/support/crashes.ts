import { watch } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry, EntryOf } from '../../src/model/entry.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Daemon, World } from './world.ts';

/** The oldest first. */
async function logFiles(state: string): Promise<readonly string[]> {
  const folder = join(state, 'log');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  return names.map((name) => join(folder, name));
}

/** The log as it is on disk at this moment, without asking any process. */
export async function entriesOnDisk(state: string): Promise<readonly Entry[]> {
  const texts = await Promise.all((await logFiles(state)).map((file) => readFile(file, 'utf8')));
  // What follows the last line's end is still being written.
  return texts.flatMap((text) => text.split('\n').slice(0, -1)).map((line) => JSON.parse(line) as Entry);
}

/** Once what can be read is on the disk: only then does the one who wrote it go by it. */
export async function entriesFlushed(state: string): Promise<readonly Entry[]> {
  const entries = await entriesOnDisk(state);
  for (const newest of (await logFiles(state)).slice(-1)) {
    const file = await open(newest).catch(() => undefined);
    await file?.datasync();
    await file?.close();
  }
  return entries;
}

export interface Awaited {
  readonly act: Step['kind'];
  /** Only of an operation for this. */
  readonly purpose?: EntryOf<'started'>['purpose'];
  /** Entries up to this one do not count. */
  readonly after: number;
}

/** The entry of a step, as soon as it is on disk: the step begins now. */
export async function stepBegins(state: string, { act, purpose, after }: Awaited): Promise<EntryOf<'step'>> {
  const end = Date.now() + 60_000;
  let wake = (): void => undefined;
  const watcher = watch(join(state, 'log'), () => wake());
  try {
    for (;;) {
      // From before the look: what is written meanwhile is looked at next.
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 1000);
      });
      const entries = await entriesOnDisk(state);
      const intents = entries.filter(
        (entry) => entry.kind === 'started' && (purpose ?? entry.purpose) === entry.purpose,
      );
      const found = entries.find(
        (entry) =>
          entry.kind === 'step' &&
          entry.seq > after &&
          entry.act === act &&
          intents.some(({ seq }) => seq === entry.intent),
      );
      if (found?.kind === 'step') return found;
      if (Date.now() > end) throw new Error(`no step "${act}" began after entry ${after}:\n${told(entries, after)}`);
      await changed;
    }
  } finally {
    watcher.close();
  }
}

const told = (entries: readonly Entry[], after: number): string =>
  entries
    .filter(({ seq }) => seq > after)
    .map((entry) => JSON.stringify({ ...entry, steps: undefined, services: undefined, revision: undefined }))
    .join('\n');

export async function kill(daemon: Daemon): Promise<void> {
  daemon.signal('SIGKILL');
  await daemon.ended;
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const delay = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The entries of one app, as they are on disk. */
export async function entriesOf({ state, named }: World, app: string): Promise<readonly Entry[]> {
  return (await entriesOnDisk(state)).filter((entry) => 'app' in entry && entry.app === named(app));
}

/** Every intent has exactly one outcome, which comes after it and before the next intent. */
export function intentsWithoutOneOutcome(entries: readonly Entry[]): readonly number[] {
  return entries
    .filter((entry) => entry.kind === 'started')
    .map(({ seq }) => seq)
    .filter((seq) => entries.filter((entry) => entry.kind === 'finished' && entry.intent === seq).length !== 1);
}
