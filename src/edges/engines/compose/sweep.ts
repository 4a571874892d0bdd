import { setTimeout as delay } from 'node:timers/promises';
import type { ObservedContainer } from '../../../model/observed.ts';
import type { EngineApi } from '../api/client.ts';
import { deleteContainer, renameContainer } from '../api/lifecycle.ts';
import { listContainers } from '../api/observe.ts';

/** Milliseconds. */
const pause = 90;
const stableFor = 450;
const patience = 30_000;

export type Mend =
  | { readonly kind: 'remove'; readonly id: string; readonly name: string }
  | { readonly kind: 'rename'; readonly id: string; readonly name: string };

/** Compose makes the successor of `shop-web-1` as `<12 hex digits>_shop-web-1`, and renames it once the old one is gone. */
const halfDone = /^[0-9a-f]{12}_(?<name>.+)$/;

/**
 * What to do about a recreation that was cut short: its leftover goes where the old container is still there, and takes its place where it is not. It
 * has inherited the anonymous volumes then, so that removing it would lose data. Containers that run, or that are not ours, are left alone.
 */
export function mend(containers: readonly ObservedContainer[], instance: string): readonly Mend[] {
  const names = new Set(containers.map(({ name }) => name));
  return containers.flatMap((container): readonly Mend[] => {
    const name = halfDone.exec(container.name)?.groups?.['name'];
    if (name === undefined || container.instance !== instance || container.state === 'running') return [];
    if (names.has(name)) return [{ kind: 'remove', id: container.id, name: container.name }];
    names.add(name);
    return [{ kind: 'rename', id: container.id, name }];
  });
}

export async function sweep(api: EngineApi, project: string, instance: string): Promise<readonly Mend[]> {
  const mends = mend(await settled(api, project), instance);
  for (const { kind, id, name } of mends) {
    if (kind === 'remove') await deleteContainer(api, id);
    else await renameContainer(api, id, name);
  }
  return mends;
}

/** The engine goes on with what a killed Compose asked of it: waits until nothing has moved for a while. */
async function settled(api: EngineApi, project: string): Promise<readonly ObservedContainer[]> {
  const end = performance.now() + patience;
  let containers = await listContainers(api, project);
  let since = performance.now();
  while (performance.now() - since < stableFor && performance.now() < end) {
    await delay(pause);
    const next = await listContainers(api, project);
    if (signature(next) !== signature(containers)) since = performance.now();
    containers = next;
  }
  return containers;
}

/** A crash loop is no movement. */
const signature = (containers: readonly ObservedContainer[]): string =>
  containers.map(({ id, name, state }) => `${id} ${name} ${state === 'restarting' ? 'running' : state}`).join('\n');
