import { unlink } from 'node:fs/promises';
import { isMissing, systemCode } from '../fs-errors.ts';
import type { Marks } from './marks.ts';

/** Takes a file of the log away, also one that is marked; it may be gone already. */
export async function removeFile(path: string, marks: Pick<Marks, 'lift'>): Promise<void> {
  await unlink(path).catch(async (error: unknown) => {
    if (isMissing(error)) return;
    if (systemCode(error) !== 'EPERM') throw error;
    await marks.lift([path]);
    await unlink(path);
  });
}
