import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What is made again by itself, or is not Harbormaster's: mirrors, lock and socket, the room that the log keeps, and each app's own data. */
const left = [/^repos(?:\/|$)/, /^run(?:\/|$)/, /^apps\/[^/]+\/(?:data|cache)(?:\/|$)/, /\.tmp$/, /^log\/reserve$/];

/** The files of a state directory that a backup holds: relative paths, in order. Links and sockets are left out. */
export async function contentsOf(stateDir: string, folder = ''): Promise<readonly string[]> {
  const entries = await readdir(join(stateDir, folder), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (left.some((pattern) => pattern.test(path))) continue;
    if (entry.isDirectory()) found.push(...(await contentsOf(stateDir, path)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}
