import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { isRecord } from '../../../core/compose-paths.ts';
import type { EngineEvent } from '../../../model/observed.ts';
import type { EngineApi } from './client.ts';
import { composeLabels } from './container-words.ts';

/** Milliseconds. */
export interface Rhythm {
  /** Between two signs of life. */
  readonly every: number;
  /** For one of them to come, and for the stream to begin. */
  readonly limit: number;
}

const usual: Rhythm = { every: 15_000, limit: 10_000 };
/** Signs of life in a row that a living engine may owe: one may be missed while the host is busy. */
const patience = 2;

type Told = (event: EngineEvent) => void;

/**
 * Tells events until the signal. Nothing comes while nothing happens, so that a quiet stream says nothing of the engine: it is asked for signs of life
 * beside it, or a frozen one would never be noticed.
 */
export async function followEvents(api: EngineApi, told: Told, signal: AbortSignal, rhythm = usual): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const both = [listen(api, told, rhythm, over.signal), signsOfLife(api, rhythm, over.signal)];
  try {
    await Promise.race(both);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await Promise.allSettled(both);
  }
}

const heard = {
  type: ['container', 'network'],
  event: [
    ...['create', 'start', 'die', 'stop', 'oom', 'health_status', 'destroy'],
    ...['pause', 'unpause', 'rename', 'update', 'connect', 'disconnect'],
  ],
};

function listen(api: EngineApi, told: Told, { limit }: Rhythm, signal: AbortSignal): Promise<never> {
  const query = { filters: JSON.stringify(heard) };
  const call = { method: 'GET', path: '/events', query, limit, signal } as const;
  return api.listen(
    call,
    () => told({ kind: 'connected' }),
    async (line) => {
      const event = await read(api, line, signal);
      if (event !== undefined) told(event);
    },
  );
}

const message = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
});

/** Undefined for what is no Compose project's. */
async function read(api: EngineApi, line: unknown, signal: AbortSignal): Promise<EngineEvent | undefined> {
  const parsed = message.safeParse(line).data;
  if (parsed === undefined) return undefined;
  const { Type, Action, Actor } = parsed;
  const of = Actor.Attributes ?? {};
  const onNetwork = Type === 'network';
  const id = onNetwork ? of['container'] : Actor.ID;
  if (id === undefined) return undefined;
  const project = onNetwork ? await projectOf(api, id, signal) : of[composeLabels.project];
  if (project === undefined) return undefined;
  // `health_status: healthy`
  const action = onNetwork ? `network-${Action}` : Action.replace(/:.*$/, '');
  return { kind: 'container', action, id, project };
}

/** From the list: an inspection would wait for a container that is just being stopped, and hold up what is told of the others. */
async function projectOf(api: EngineApi, id: string, signal: AbortSignal): Promise<string | undefined> {
  const query = { all: '1', filters: JSON.stringify({ id: [id] }) };
  const list = await api.json({ method: 'GET', path: '/containers/json', query, limit: 10_000, signal });
  const [found]: unknown[] = Array.isArray(list) ? list : [];
  const project = isRecord(found) && isRecord(found['Labels']) ? found['Labels'][composeLabels.project] : undefined;
  return typeof project === 'string' ? project : undefined;
}

/** Throws `engine-unreachable` when too many stay out in a row. */
async function signsOfLife(api: EngineApi, { every, limit }: Rhythm, signal: AbortSignal): Promise<void> {
  let missed = 0;
  while (!signal.aborted) {
    await delay(every, undefined, { signal, ref: false }).catch(() => undefined);
    try {
      await api.ping(limit, signal);
      missed = 0;
    } catch (error) {
      missed += 1;
      if (missed >= patience || signal.aborted) throw error;
    }
  }
}
