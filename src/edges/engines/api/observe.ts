import { setTimeout as delay } from 'node:timers/promises';
import { isRecord } from '../../../core/compose-paths.ts';
import { labels } from '../../../core/labels.ts';
import type { ObservedContainer } from '../../../model/observed.ts';
import { type EngineApi, segment } from './client.ts';
import { asState, composeLabels } from './container-words.ts';
import { readStatus } from './status-text.ts';

/** Milliseconds. It takes a few, and a person may be waiting. */
const limit = 10_000;
/** Milliseconds, for a word about one container. */
const glance = 1000;
/** Milliseconds. Longer than the engine takes from forgetting a container to taking it from its list. */
const pause = 500;

interface Listed {
  readonly containers: readonly ObservedContainer[];
  /**
   * A container that was renamed while the engine removed it stays in the engine's list for ever, as being removed, and is known to no other call: nobody
   * can remove it, and it is gone when the engine has been started anew. Seen with 20.10, in one of three such races.
   */
  readonly ghosts: readonly ObservedContainer[];
}

/** Every container of the host in one call; or those of one project. */
export const listContainers = async (api: EngineApi, project?: string): Promise<readonly ObservedContainer[]> =>
  (await list(api, project)).containers;

/** What the engine lists of a project and does not have. */
export async function listGhosts(api: EngineApi, project: string): Promise<readonly ObservedContainer[]> {
  const { ghosts } = await list(api, project);
  if (ghosts.length === 0) return ghosts;
  // One that is not listed any more then was being removed just now.
  await delay(pause);
  const again = new Set((await list(api, project)).ghosts.map(({ id }) => id));
  return ghosts.filter(({ id }) => again.has(id));
}

/**
 * Never from an engine that is being stopped, which ends its containers while it still answers on old connections: what it shows then says nothing of
 * them.
 */
async function list(api: EngineApi, project: string | undefined): Promise<Listed> {
  const filters = project === undefined ? {} : { filters: projectFilter(project) };
  const query = { all: '1', ...filters };
  const all = readContainers(await api.json({ method: 'GET', path: '/containers/json', query, fresh: true, limit }));
  const leaving = all.filter(({ state }) => state === 'removing');
  const gone = await Promise.all(leaving.map(({ id }) => isGone(api, id)));
  const ghosts = leaving.filter((_, at) => gone[at]);
  return { containers: ghosts.length === 0 ? all : all.filter((container) => !ghosts.includes(container)), ghosts };
}

/** Whether the engine says so. One that it tells nothing of, or not soon, is there: the whole host must not wait for what becomes of one container. */
async function isGone(api: EngineApi, id: string): Promise<boolean> {
  const path = `/containers/${segment(id)}/json`;
  const found = api.json({ method: 'GET', path, accept: [404], limit: glance });
  return await found.then(
    (container) => container === undefined,
    () => false,
  );
}

export const projectFilter = (project: string): string =>
  JSON.stringify({ label: [`${composeLabels.project}=${project}`] });

/** Checked by hand: this list is read in every pass over the whole host. */
export function readContainers(list: unknown): readonly ObservedContainer[] {
  return Array.isArray(list) ? list.filter(isRecord).map(readContainer) : [];
}

type Raw = Readonly<Record<string, unknown>>;

function readContainer(raw: Raw): ObservedContainer {
  const label = isRecord(raw['Labels']) ? raw['Labels'] : {};
  return {
    id: text(raw['Id']) ?? '',
    name: ownName(raw['Names']),
    project: text(label[composeLabels.project]),
    service: text(label[composeLabels.service]),
    oneOff: label[composeLabels.oneOff] === 'True',
    job: text(label[labels.job]),
    instance: text(label[labels.instance]),
    app: text(label[labels.app]),
    digest: text(label[labels.digest]),
    imageId: text(raw['ImageID']) ?? '',
    image: text(raw['Image']),
    state: asState(raw['State']),
    ...readStatus(text(raw['Status']) ?? ''),
    joins: joinedContainer(raw['HostConfig']),
    configHash: text(label[composeLabels.configHash]),
    ports: Array.isArray(raw['Ports']) ? raw['Ports'].filter(isRecord).flatMap(readPort) : [],
  };
}

function joinedContainer(hostConfig: unknown): string | undefined {
  const mode = isRecord(hostConfig) ? text(hostConfig['NetworkMode']) : undefined;
  return mode?.startsWith('container:') ? mode.slice('container:'.length) : undefined;
}

/** A container that others link to is also listed as `/other/alias`. */
function ownName(names: unknown): string {
  const all = Array.isArray(names) ? names : [];
  const own: unknown = all.find((name) => typeof name === 'string' && !name.slice(1).includes('/')) ?? all[0];
  return text(own)?.slice(1) ?? '';
}

function readPort(raw: Raw): ObservedContainer['ports'] {
  const port = raw['PublicPort'];
  if (typeof port !== 'number' || port === 0) return [];
  return [{ hostIp: text(raw['IP']) ?? '', port, protocol: text(raw['Type']) ?? 'tcp' }];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
