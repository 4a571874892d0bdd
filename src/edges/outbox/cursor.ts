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
  /** Subjects of whose trouble it was told, and of its end not yet. */
  open: z.array(z.string()),
  waiting: z.int(),
  refused: z.int(),
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
    async keepOnly(keys) {
      const gone = (await namesIn(folder)).filter((name) => !keys.includes(name.slice(0, -ending.length)));
      for (const name of gone) await rm(join(folder, name), { force: true });
    },
  };
}

/** How it is about every target, as whoever delivers left it last. */
export async function deliveriesIn(folder: string): Promise<readonly DeliveryStatus[]> {
  const all = await Promise.all((await namesIn(folder)).map((name) => read(join(folder, name)).catch(() => undefined)));
  return all.flatMap((cursor) => (cursor === undefined ? [] : [statusOf(cursor)]));
}

const statusOf = ({ target, waiting, refused, trouble }: Cursor): DeliveryStatus => ({
  target,
  waiting,
  refused,
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
