import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../fs-errors.ts';

/** A file of the log, named after the sequence number of its first entry. */
export interface Segment {
  readonly path: string;
  readonly name: string;
  readonly first: number;
}

const pattern = /^(\d{12})\.jsonl$/;

export function segmentAt(directory: string, first: number): Segment {
  const name = `${String(first).padStart(12, '0')}.jsonl`;
  return { path: join(directory, name), name, first };
}

/** Oldest first. Other files are none of ours. */
export async function segmentsOf(directory: string): Promise<readonly Segment[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const firsts = names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
  return firsts.sort((left, right) => left - right).map((first) => segmentAt(directory, first));
}
