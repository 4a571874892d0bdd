import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppFolders } from '../../ports.ts';
import { makeFolder } from '../durable.ts';
import { systemCode } from '../fs-errors.ts';

/** Where one app's files and what is known of them are. */
export interface Home {
  readonly folders: AppFolders;
  /** Outside of `live/`: what a container can write proves nothing. */
  readonly marker: string;
  /** Where files are made, unseen by containers, on the same file system. */
  readonly staging: string;
}

export function homeIn(home: string): Home {
  const folders = { live: join(home, 'live'), data: join(home, 'data'), cache: join(home, 'cache') };
  return { folders, marker: join(home, 'live.json'), staging: join(home, 'live.new') };
}

/** Makes what is missing. 0755: containers of any user read there; what keeps others out is the state directory above. */
export async function prepare({ folders, staging }: Home): Promise<void> {
  await rm(staging, { recursive: true, force: true });
  await makeFolder(staging);
  for (const folder of [folders.live, folders.data, folders.cache]) {
    await mkdir(folder).then(
      // Whatever the umask is.
      () => chmod(folder, 0o755),
      (error: unknown) => {
        if (systemCode(error) !== 'EEXIST') throw error;
      },
    );
  }
}
