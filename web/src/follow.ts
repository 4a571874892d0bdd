import type { Entry } from '../../src/model/entry.ts';
import { ask, events, Refusal } from './ask.ts';
import { failuresAfter, pauseAfter } from './model/live.ts';

export interface Follower {
  entry(entry: Entry): void;
  progress(app: string, message: string): void;
  /** The status may be another one. */
  stale(): void;
  connected(isConnected: boolean): void;
  /** The token does not count any more. */
  refused(refusal: Refusal): void;
}

/** Where one goes on after a lost connection: nothing between is missed. */
async function newest(): Promise<number> {
  const { entries, next } = await ask<{ entries: readonly Entry[]; next?: number }>('/v1/log?limit=1');
  return entries[0]?.seq ?? next ?? 0;
}

const never = Number.POSITIVE_INFINITY;

/** Listens to the daemon until it is told to end, however often the connection is lost. */
export async function follow(follower: Follower, signal: AbortSignal): Promise<void> {
  let last: number | undefined;
  for (let failures = 0; !signal.aborted; ) {
    let since = never;
    try {
      last ??= await newest();
      follower.stale();
      const opened = (): void => {
        since = performance.now();
        follower.connected(true);
      };
      for await (const { event, data, id } of events(last, signal, opened)) {
        if (id !== undefined) last = Number(id);
        tell(follower, event, JSON.parse(data));
      }
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return follower.refused(error);
    }
    if (signal.aborted) return;
    follower.connected(false);
    failures = failuresAfter(failures, performance.now() - since);
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(failures)));
  }
}

function tell(follower: Follower, event: string, data: { app: string; message: string } & Entry): void {
  if (event === 'entry') follower.entry(data);
  if (event === 'progress') follower.progress(data.app, data.message);
  if (event === 'status') follower.stale();
}
