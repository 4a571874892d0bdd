import { join } from 'node:path';
import type { LiveFiles } from '../../ports.ts';
import { storageError } from '../fs-errors.ts';
import { type Home, homeIn, prepare } from './home.ts';
import { placedAt } from './in-place.ts';
import { intact } from './intact.ts';
import { leads } from './leads.ts';
import { readMarker } from './marker.ts';
import { tidy } from './tidy.ts';
import { write } from './write.ts';

export interface LiveOptions {
  /** Of all apps: files are in `<directory>/<app>/live/`. */
  readonly directory: string;
}

/** Containers mount `live/`: it stays the same folder for ever, and so do the folders in it; only files are exchanged, one by one. */
export function liveFiles({ directory }: LiveOptions): LiveFiles {
  const homeOf = (app: string): Home => homeIn(join(directory, app));
  return {
    folders: (app) => homeOf(app).folders,
    holds: async (app) => (await readMarker(homeOf(app).marker)).release,
    write: (app, release, exported, inPlace = []) =>
      reported(app, async () => {
        await prepare(homeOf(app));
        await write(homeOf(app), release, exported, new Set(inPlace));
      }),
    async placedAt(app, paths) {
      const { live } = homeOf(app).folders;
      const found = await Promise.all(paths.map(async (path) => [path, await placedAt(live, path)] as const));
      return new Map(found.flatMap(([path, at]) => (at === undefined ? [] : [[path, at] as const])));
    },
    tidy: (app, release) => reported(app, () => tidy(homeOf(app), release)),
    intact: (app, mounts) => intact(homeOf(app), mounts),
    leads,
  };
}

async function reported(app: string, act: () => Promise<void>): Promise<void> {
  await act().catch((error: unknown) => {
    throw storageError(`write the mounted files of ${app}`, error);
  });
}
