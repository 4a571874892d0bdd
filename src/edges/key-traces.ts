import { readdir } from 'node:fs/promises';
import { isMissing } from './fs-errors.ts';
import type { StatePaths } from './state-folder.ts';

/**
 * What shows that this state folder had a host key before, for people; empty: nothing. Containers do not count: where the whole folder is lost they are
 * another's, each is refused by name, and `adopt --from` takes them over.
 */
export async function keyTraces({ log }: Pick<StatePaths, 'log'>): Promise<readonly string[]> {
  return (await hasLog(log)) ? [`the deployment log in ${log}`] : [];
}

async function hasLog(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).some((name) => name.endsWith('.jsonl'));
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
