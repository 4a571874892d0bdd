import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../durable.ts';
import { isMissing } from '../fs-errors.ts';
import { type Segment, segmentAt } from './segments.ts';

/** The newest checkpoint that was made while a segment was the last one; the one of a closed segment covers all of it. A signed note. */
export interface NoteFile {
  readonly name: string;
  readonly segment: Segment;
  readonly note: string;
}

const pattern = /^(\d{12})\.checkpoint$/;

export const notePath = ({ path }: Segment): string => path.replace(/\.jsonl$/, '.checkpoint');

export const writeNote = (segment: Segment, note: string): Promise<void> => replaceFile(notePath(segment), note, 0o640);

/** Oldest first. */
export async function notesIn(directory: string): Promise<readonly NoteFile[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found = names.flatMap((name) => {
    const [, first] = pattern.exec(name) ?? [];
    return first === undefined ? [] : [{ name, segment: segmentAt(directory, Number(first)) }];
  });
  const ordered = found.sort((left, right) => left.segment.first - right.segment.first);
  const read = await Promise.all(ordered.map((file) => noteIn(directory, file)));
  return read.filter((file) => file !== undefined);
}

/** Undefined: it left just now, with its segment. */
async function noteIn(directory: string, file: Omit<NoteFile, 'note'>): Promise<NoteFile | undefined> {
  try {
    return { ...file, note: await readFile(join(directory, file.name), 'utf8') };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
