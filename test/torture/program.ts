import { execFileSync } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../support/world.ts';
import { type Order, orderFile, traceFile, variable } from './inside/orders.ts';

/** The program as it is built for torture, on one host. */
export interface TortureProgram {
  readonly folder: string;
  /** Its path. */
  readonly build: string;
  /** In force from now on. */
  order(order: Order): Promise<void>;
}

export async function tortureProgram(host: World): Promise<TortureProgram> {
  const folder = join(host.folder, 'torture');
  const build = join(folder, 'harbormaster.cjs');
  await mkdir(folder);
  execFileSync(process.execPath, ['scripts/torture-program.mjs', build]);
  host.environment[variable] = folder;
  await writeFile(traceFile(folder), '');
  // The program may be reading it.
  const order = async (next: Order): Promise<void> => {
    await writeFile(`${orderFile(folder)}.new`, JSON.stringify(next));
    await rename(`${orderFile(folder)}.new`, orderFile(folder));
  };
  await order({ id: 'first' });
  return { folder, build, order };
}
