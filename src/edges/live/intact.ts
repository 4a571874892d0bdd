import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MountedPath } from '../../model/release.ts';
import type { Home } from './home.ts';
import { readMarker } from './marker.ts';
import { standing } from './standing.ts';

/** Whether `live/` has these mounted paths as they were written. Files of others among them do not count. */
export async function intact({ folders, marker: path }: Home, mounts: readonly MountedPath[]): Promise<boolean> {
  if (mounts.length === 0) return true;
  const marker = await readMarker(path);
  if (marker.release === undefined) return false;
  if (!mounts.every((mount) => marker.mounts.get(mount.path) === mount.object.id)) return false;
  for (const [name, file] of marker.files) {
    if (file.release === marker.release && !(await standing(folders.live, name, file))) return false;
  }
  for (const mount of mounts) if (!(await exists(join(folders.live, mount.path)))) return false;
  return true;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
