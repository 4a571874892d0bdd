import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';

/** First in every backup: what it holds, so that a damaged one is found before anything is restored. */
export const manifestFile = 'manifest.json';

export const manifestSchema = z.object({
  format: z.literal('harbormaster-backup/1'),
  /** ISO 8601. */
  at: z.string(),
  host: z.string(),
  version: z.string(),
  stateDir: z.string(),
  /** Of the last entry of the log; 0 for none. */
  seq: z.int().nonnegative(),
  files: z.array(z.object({ path: z.string(), size: z.int().nonnegative(), sha256: z.string() })),
});

export type Manifest = z.infer<typeof manifestSchema>;

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
