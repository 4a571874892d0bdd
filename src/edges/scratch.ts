import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from '../ports.ts';
import { processSpace, startOf } from './process-space.ts';

const prefix = 'harbormaster';
const pattern = new RegExp(`^${prefix}-(\\w+)-(\\d+)-(\\d+)-[0-9a-f]{16}$`);

/**
 * Temporary folders below `root`: open to read, since the renderer runs without privileges, under a name that nobody can foresee. Those of dead
 * processes are removed first.
 */
export async function openScratch(root: string = tmpdir()): Promise<Scratch> {
  const space = await processSpace();
  await sweep(root, space);
  const owner = `${space}-${process.pid}-${(await startOf(process.pid)) ?? '0'}`;
  return {
    create: async () => {
      const path = join(root, `${prefix}-${owner}-${randomBytes(8).toString('hex')}`);
      await mkdir(path);
      // Whatever the umask is.
      await chmod(path, 0o755);
      return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
    },
  };
}

async function sweep(root: string, space: string): Promise<void> {
  for (const name of await readdir(root)) {
    const [, theirs, pid, start] = pattern.exec(name) ?? [];
    // Process ids of another container say nothing here.
    if (theirs !== space || (await startOf(Number(pid))) === start) continue;
    const path = join(root, name);
    if (await isOurs(path)) await rm(path, { recursive: true, force: true });
  }
}

async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}
