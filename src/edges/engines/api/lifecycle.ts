import { type EngineApi, segment } from './client.ts';
import { inBatches } from './in-batches.ts';
import { type Inspected, inspectContainer } from './inspect.ts';

/** Seconds that a container gets to stop, whatever it asks for: one app must not hold up the others. */
const longestStop = 60;
const defaultStop = 10;
/** Milliseconds on top, for the engine's own work. */
const engineTime = 30_000;

/** In the given order, one after the other. */
export async function startContainers(api: EngineApi, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await api.send({ method: 'POST', path: `/containers/${segment(id)}/start`, limit: 60_000 });
  }
}

export async function stopContainers(api: EngineApi, ids: readonly string[]): Promise<void> {
  await inBatches(ids, (id) => stopContainer(api, id));
}

/** What it runs is stopped as it asks for, and started with the files that are there now. */
export async function restartContainers(api: EngineApi, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const seconds = stopTime(await inspectContainer(api, id));
    await api.send({
      method: 'POST',
      path: `/containers/${segment(id)}/restart`,
      query: { t: String(seconds) },
      limit: seconds * 1000 + 2 * engineTime,
    });
  }
}

/** Gone already is fine. Without `v`, so that anonymous volumes stay. */
export async function removeContainers(api: EngineApi, ids: readonly string[]): Promise<void> {
  await inBatches(ids, async (id) => {
    await stopContainer(api, id);
    await deleteContainer(api, id);
  });
}

/** 409: its removal is already under way. */
export async function deleteContainer(api: EngineApi, id: string): Promise<void> {
  await api.send({
    method: 'DELETE',
    path: `/containers/${segment(id)}`,
    query: { force: '1' },
    accept: [404, 409],
    limit: 60_000,
  });
}

/** Without force: the engine refuses (409) to remove what runs. False then. */
export async function discardContainer(api: EngineApi, id: string): Promise<boolean> {
  const path = `/containers/${segment(id)}`;
  const { status } = await api.send({ method: 'DELETE', path, accept: [404, 409], limit: 60_000 });
  return status !== 409;
}

export async function renameContainer(api: EngineApi, id: string, name: string): Promise<void> {
  await api.send({ method: 'POST', path: `/containers/${segment(id)}/rename`, query: { name } });
}

async function stopContainer(api: EngineApi, id: string): Promise<void> {
  const container = await inspectContainer(api, id);
  if (container === undefined) return;
  const seconds = stopTime(container);
  await api.send({
    method: 'POST',
    path: `/containers/${segment(id)}/stop`,
    query: { t: String(seconds) },
    accept: [404],
    limit: seconds * 1000 + engineTime,
  });
}

function stopTime(container: Inspected | undefined): number {
  const own = container?.Config.StopTimeout ?? defaultStop;
  return own < 0 ? longestStop : Math.min(own, longestStop);
}
