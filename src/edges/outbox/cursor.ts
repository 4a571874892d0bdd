import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { DeliveryStatus } from '../../model/delivery.ts';
import { makeFolder, replaceFile } from '../durable.ts';
import { isMissing } from '../fs-errors.ts';

const shape = z.object({
  v: z.literal(1),
  target: z.string(),
  /** Up to this entry everything is delivered, or was none of its business. */
  cursor: z.int().min(0),
  /** What the configuration says of it besides its secrets and its wording, as a digest. */
  like: z.string().optional(),
  /** Of what it was told, and of the end not yet. */
  open: z.array(z.string()),
  waiting: z.int(),
  refused: z.int(),
  refusal: z.object({ at: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
  trouble: z
    .object({
      since: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      attempts: z.int(),
      next: z.string(),
    })
    .optional(),
});

/** What is kept of a target: the only durable thing of the outbox, as all else is in the log. */
export type Cursor = z.output<typeof shape>;

export interface Cursors {
  /** Undefined: it is a new one. Throws where there is one that cannot be read. */
  load(key: string): Promise<Cursor | undefined>;
  save(key: string, cursor: Cursor): Promise<void>;
  /** Those of all others. What cannot be read is left out. */
  others(keys: readonly string[]): Promise<readonly Cursor[]>;
  /** Drops all others: who is a target again later begins anew. */
  keepOnly(keys: readonly string[]): Promise<void>;
}

const ending = '.json';

/** One file for each target in this folder, each replaced as a whole. */
export function cursorsIn(folder: string): Cursors {
  const file = (key: string): string => join(folder, `${key}${ending}`);
  return {
    load: (key) => read(file(key)),
    async save(key, cursor) {
      await makeFolder(folder);
      await replaceFile(file(key), JSON.stringify(cursor), 0o600);
    },
    others: async (keys) => readAll(folder, await namesBut(folder, keys)),
    async keepOnly(keys) {
      for (const name of await namesBut(folder, keys)) await rm(join(folder, name), { force: true });
    },
  };
}

/** How it is about every target, as whoever delivers left it last. */
export const deliveriesIn = async (folder: string): Promise<readonly DeliveryStatus[]> =>
  (await readAll(folder, await namesIn(folder))).map(statusOf);

async function readAll(folder: string, names: readonly string[]): Promise<readonly Cursor[]> {
  const all = await Promise.all(names.map((name) => read(join(folder, name)).catch(() => undefined)));
  return all.flatMap((cursor) => cursor ?? []);
}

const namesBut = async (folder: string, keys: readonly string[]): Promise<readonly string[]> =>
  (await namesIn(folder)).filter((name) => !keys.includes(name.slice(0, -ending.length)));

const statusOf = ({ target, waiting, refused, refusal, trouble }: Cursor): DeliveryStatus => ({
  target,
  waiting,
  refused,
  ...(refusal && { refusal }),
  ...(trouble && { trouble }),
});

async function read(path: string): Promise<Cursor | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return text === undefined ? undefined : shape.parse(JSON.parse(text));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(ending)).sort();
}
