import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { replaceFile } from '../durable.ts';
import { isMissing } from '../fs-errors.ts';

/** A file as it was written, with what tells cheaply that nobody touched it since: times and sizes, as in Git's index. */
const file = z.object({
  kind: z.enum(['file', 'executable', 'link']),
  /** SHA-256 of the content; of the target for a link. */
  content: z.string(),
  size: z.number(),
  /** Milliseconds of the last change of content or inode; it cannot be set back. */
  changed: z.number(),
  inode: z.number(),
  /** The release whose writing last named it. */
  release: z.string(),
});

/** Pairs, not objects: `__proto__` is a fine name for a file. */
const onDisk = z.object({
  v: z.literal(1),
  release: z.string().nullable(),
  mounts: z.array(z.tuple([z.string(), z.string()])),
  files: z.array(z.tuple([z.string(), file])),
});

export type TrackedFile = z.infer<typeof file>;
export type Tracked = ReadonlyMap<string, TrackedFile>;

/** What we know of a `live/`. */
export interface Marker {
  /** Undefined before the first writing, and while a change is under way: what `live/` holds is then not known. */
  readonly release: string | undefined;
  /** Git object id by mounted path. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Everything in `live/` that we wrote and did not take away since. */
  readonly files: Tracked;
}

/** A marker that cannot be understood counts as none: everything is then compared and written anew. */
export async function readMarker(path: string): Promise<Marker> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  const found = onDisk.safeParse(parsed(text)).data;
  return { release: found?.release ?? undefined, mounts: new Map(found?.mounts), files: new Map(found?.files) };
}

export function writeMarker(path: string, { release, mounts, files }: Marker): Promise<void> {
  const content = { v: 1, release: release ?? null, mounts: [...mounts], files: [...files] };
  return replaceFile(path, JSON.stringify(content), 0o600);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
