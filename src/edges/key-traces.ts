import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../core/compose-paths.ts';
import { labels } from '../core/labels.ts';
import { type EngineApi, engineApi } from './engines/api/client.ts';
import { isMissing } from './fs-errors.ts';
import type { StatePaths } from './state-folder.ts';

/** Compose's label with the path of the file that a container was made from: ours are below the state folder. */
const madeFrom = 'com.docker.compose.project.config_files';
/** Milliseconds. */
const limit = 3000;

/** What shows that this state folder had a host key before, for people; empty: nothing. An engine that does not answer shows nothing. */
export async function keyTraces({ root, log }: Pick<StatePaths, 'root' | 'log'>, dockerHost: string) {
  const containers = await containersOf(root, engineApi(dockerHost)).catch(() => []);
  return [...((await hasLog(log)) ? [`the deployment log in ${log}`] : []), ...containers];
}

async function hasLog(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).some((name) => name.endsWith('.jsonl'));
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function containersOf(root: string, api: EngineApi): Promise<readonly string[]> {
  const query = { all: '1', filters: JSON.stringify({ label: [labels.instance] }) };
  const found = await api.json({ method: 'GET', path: '/containers/json', query, limit });
  const own = (Array.isArray(found) ? found : []).filter(isRecord).flatMap(({ Labels, Names }) => {
    const label = isRecord(Labels) ? Labels : {};
    const isOurs = String(label[madeFrom] ?? '').startsWith(join(root, 'apps/'));
    const name = Array.isArray(Names) ? String(Names[0]).slice(1) : '';
    return isOurs ? [{ name, instance: String(label[labels.instance]) }] : [];
  });
  const [first] = own;
  if (first === undefined) return [];
  const others = own.length > 1 ? ` and ${own.length - 1} more` : '';
  return [`the container ${first.name}${others} of the instance ${first.instance}`];
}
