import { posix } from 'node:path';
import type { Release } from '../../model/release.ts';
import type { Home } from './home.ts';
import { readMarker, type TrackedFile, writeMarker } from './marker.ts';
import { removeFile, removeFolder } from './obstacles.ts';
import { standing } from './standing.ts';

/** Takes away what only earlier releases had. A file that an app has written into since is the app's now: it stays, and we forget it. */
export async function tidy({ folders, marker: path }: Home, release: Release): Promise<void> {
  const marker = await readMarker(path);
  if (marker.release !== release.digest) return;
  const stale = [...marker.files].filter(([, file]) => file.release !== release.digest);
  if (stale.length === 0) return;
  const mounted = new Set(release.mounts.map((mount) => mount.path));
  for (const [name, file] of stale) await retire(folders.live, name, file, mounted);
  const current = [...marker.files].filter(([, file]) => file.release === release.digest);
  await writeMarker(path, { ...marker, files: new Map(current) });
}

async function retire(live: string, path: string, file: TrackedFile, mounted: ReadonlySet<string>): Promise<void> {
  if ((await standing(live, path, file)) === undefined) return;
  await removeFile(live, path);
  // A folder that containers mount stays the same folder, also when it is empty.
  for (let above = posix.dirname(path); above !== '.' && !mounted.has(above); above = posix.dirname(above)) {
    if (!(await removeFolder(live, above))) return;
  }
}
