import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { WitnessStatus } from '../../model/report.ts';
import { replaceFile } from '../durable.ts';

const pathIn = (run: string): string => join(run, 'witness.json');

export const rememberWitness = (run: string, status: WitnessStatus): Promise<void> =>
  replaceFile(pathIn(run), JSON.stringify(status), 0o600);

const base = { url: z.string(), branch: z.string(), witnessed: z.int(), at: z.string() };
const isStatus = z.discriminatedUnion('state', [
  z.object({ ...base, state: z.literal('current') }),
  z.object({
    ...base,
    state: z.literal('behind'),
    since: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    next: z.string(),
  }),
  z.object({ ...base, state: z.literal('contradicted'), since: z.string(), size: z.int() }),
]);

/** What was found out last, by whoever did; it is a cache. `run`: the folder for such things. */
export async function recallWitness(run: string): Promise<WitnessStatus | undefined> {
  try {
    return isStatus.safeParse(JSON.parse(await readFile(pathIn(run), 'utf8'))).data;
  } catch {
    return undefined;
  }
}
