import * as z from 'zod';
import type { EngineRig } from '../support/engine-rig.ts';

/** What the engine told, in its own words. */
export interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: 'container' | 'network';
  readonly action: string;
  /** Of the container; of the network where no container is concerned. */
  readonly id: string;
  /** Undefined: of no Compose project. */
  readonly project: string | undefined;
  /** Of the container or network. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What the soak itself did to a container, and which of the engine's words that explains. */
export interface OwnAct {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly actions: readonly string[];
}

/** Somebody who listens to the engine beside Harbormaster, from the beginning to the end. */
export interface Witness extends AsyncDisposable {
  readonly happenings: readonly Happening[];
  readonly own: OwnAct[];
  /** Does something to a container and writes down when. */
  commits(id: string, actions: readonly string[], act: () => Promise<void>): Promise<void>;
  /** Why not everything was heard; undefined: everything was. */
  deaf(): string | undefined;
}

const line = z.object({
  Type: z.enum(['container', 'network']),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number(),
});

export async function witness(rig: EngineRig): Promise<Witness> {
  const happenings: Happening[] = [];
  const own: OwnAct[] = [];
  const projects = new Map<string, string>();
  const aborter = new AbortController();
  let deaf: string | undefined;

  const hear = (heard: unknown): void => {
    const { Type, Action, Actor, timeNano } = line.parse(heard);
    const of = Actor.Attributes ?? {};
    const id = (Type === 'network' ? of['container'] : undefined) ?? Actor.ID;
    const named = of['com.docker.compose.project'];
    if (Type === 'container' && named !== undefined) projects.set(id, named);
    const project = projects.get(id) ?? named;
    const name = of['name'] ?? '';
    if (!(project ?? name).startsWith(rig.prefix)) return;
    const action = Action.replace(/:.*$/, '');
    happenings.push({ at: timeNano / 1e6, type: Type, action, id, project, name, labels: of });
  };

  const filters = JSON.stringify({ type: ['container', 'network'] });
  let listening: Promise<unknown> = Promise.resolve();
  await new Promise<void>((opened, failed) => {
    const call = { method: 'GET', path: '/events', query: { filters }, limit: 10_000, signal: aborter.signal } as const;
    listening = rig.api
      .listen(call, opened, async (heard) => hear(heard))
      .catch((error: unknown) => {
        if (!aborter.signal.aborted) deaf = String(error);
        failed(error);
      });
  });

  return {
    happenings,
    own,
    deaf: () => deaf,
    async commits(id, actions, act) {
      const from = Date.now();
      // It may be gone, or in the wrong state: then nothing happened.
      await act().catch(() => undefined);
      own.push({ id, from, to: Date.now(), actions });
    },
    async [Symbol.asyncDispose]() {
      aborter.abort();
      await listening;
    },
  };
}
