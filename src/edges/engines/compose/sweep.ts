import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { ObservedContainer } from '../../../model/observed.ts';
import type { EngineApi } from '../api/client.ts';
import { composeLabels } from '../api/container-words.ts';
import { inspectContainer } from '../api/inspect.ts';
import { deleteContainer, renameContainer } from '../api/lifecycle.ts';
import { listContainers } from '../api/observe.ts';

/** Milliseconds. */
const pause = 90;
/** Longer than what a Compose on the leash of a Harbormaster that was killed just now has left to live. */
const stableFor = 750;
/** On a machine with much to do that Compose lives longer, and each look takes longer, too. */
const stableLooks = 7;
const patience = 90_000;
/** The engine's, for a container that does not say. Seconds. */
const defaultStop = 10;

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

/** The engine goes on with what a killed Compose asked of it: waits until nothing has moved for a while, and nothing is on its way out. */
async function settled(api: EngineApi, project: string): Promise<readonly ObservedContainer[]> {
  const end = performance.now() + patience;
  let containers = await listContainers(api, project);
  let [since, looks] = [performance.now(), 0];
  while ((performance.now() - since < stableFor || looks < stableLooks) && performance.now() < end) {
    await delay(pause);
    const next = await listContainers(api, project);
    const moves = signature(next) !== signature(containers) || (await anyLeaving(api, project, next));
    [since, looks] = moves ? [performance.now(), 0] : [since, looks + 1];
    containers = next;
  }
  return containers;
}

/** A crash loop is no movement. */
const signature = (containers: readonly ObservedContainer[]): string =>
  containers.map(({ id, name, state }) => `${id} ${name} ${state === 'restarting' ? 'running' : state}`).join('\n');

async function anyLeaving(api: EngineApi, project: string, containers: readonly ObservedContainer[]): Promise<boolean> {
  if (containers.some(({ state }) => state === 'removing')) return true;
  const now = Date.now() / 1000;
  const signalled = signalledContainers(await lately(api, project, now));
  for (const { id } of containers) {
    const since = signalled.get(id);
    if (since !== undefined && now - since < (await timeToStop(api, id))) return true;
  }
  return false;
}

/** Until when the engine waits before it kills, and a moment for the killing. Seconds. */
async function timeToStop(api: EngineApi, id: string): Promise<number> {
  const seconds = (await inspectContainer(api, id))?.Config.StopTimeout ?? defaultStop;
  return (seconds < 0 ? Number.POSITIVE_INFINITY : seconds) + 2;
}

const happened = z.object({ Action: z.string(), Actor: z.object({ ID: z.string() }), time: z.number() });
export type Happened = z.output<typeof happened>;

/** What got a signal that has not ended it so far, with the second of the first: the engine's list says `running` all the time that a stop takes. */
export function signalledContainers(events: readonly Happened[]): ReadonlyMap<string, number> {
  const signalled = new Map<string, number>();
  for (const { Action, Actor, time } of events) {
    if (Action !== 'kill') signalled.delete(Actor.ID);
    else if (!signalled.has(Actor.ID)) signalled.set(Actor.ID, time);
  }
  return signalled;
}

/** What the engine still knows of signals, ends and starts. One that keeps no events has nothing to tell. */
async function lately(api: EngineApi, project: string, now: number): Promise<readonly Happened[]> {
  const filters = JSON.stringify({
    type: ['container'],
    event: ['kill', 'die', 'start'],
    label: [`${composeLabels.project}=${project}`],
  });
  const query = { since: String(Math.floor(now - patience / 1000)), until: now.toFixed(3), filters };
  const events: Happened[] = [];
  const keep = (line: unknown): void => {
    const event = happened.safeParse(line).data;
    if (event !== undefined) events.push(event);
  };
  await api.stream({ method: 'GET', path: '/events', query }, keep).catch(() => undefined);
  return events;
}
