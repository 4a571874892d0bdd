import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../durable.ts';

/**
 * Room that is kept on the disk, so that what has begun can be written down to its end although the disk is full: without it nothing is begun.
 * In one file, `reserve`, whose content means nothing.
 */
export interface Reserve {
  /** Makes sure of the room, and that the file system can still be written to. Throws what the system says. */
  hold(): Promise<void>;
  /** Gives the room to whoever comes first. */
  spend(): Promise<void>;
}

export function reserveIn(directory: string, size: number): Reserve {
  const path = join(directory, 'reserve');
  return {
    async hold() {
      const held = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      // Opening it to write is refused where the file system has become read-only; nothing is written.
      if (held === size) await (await open(path, constants.O_WRONLY | constants.O_NOFOLLOW)).close();
      // No zeros: a file system may keep no room for those.
      else await replaceFile(path, randomBytes(size), 0o600);
    },
    spend: () => rm(path, { force: true }),
  };
}
