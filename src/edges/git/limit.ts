import type { Repository } from '../../model/app.ts';
import { originOf, parseRemote } from './url.ts';

export type Limit = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** At most `max` works at once, in order of arrival; one that waits is rejected with the signal's reason. */
export function limitTo(max: number): Limit {
  const waiting: (() => void)[] = [];
  let free = max;
  return async (work, signal) => {
    if (free > 0) free -= 1;
    else await turn(waiting, signal);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

function turn(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = (): void => {
      waiting.splice(waiting.indexOf(go), 1);
      reject(signal?.reason);
    };
    waiting.push(go);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

export type LimitPerServer = (repository: Repository) => Limit;

/** A limit for each server, so that one that is slow delays no other one. */
export function limitPerServer(max: number): LimitPerServer {
  const servers = new Map<string, Limit>();
  return ({ url }) => {
    const origin = originOf(parseRemote(url));
    const limit = servers.get(origin) ?? limitTo(max);
    servers.set(origin, limit);
    return limit;
  };
}
