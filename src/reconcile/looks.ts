import { ownContainers } from '../core/ownership.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Observed } from '../model/observed.ts';
import { inspected } from './baselines.ts';
import type { Parts } from './parts.ts';

/** What the refs of some apps point at, and what the host runs. */
export interface Look {
  /** By app; settled as soon as the app's own repository has answered, so that a slow one holds up no other. Never rejected. */
  readonly commits: ReadonlyMap<string, Promise<string | Error>>;
  readonly observed: Observed;
}

export async function lookAt(
  apps: readonly App[],
  { source, engine }: Pick<Parts, 'source' | 'engine'>,
): Promise<Look> {
  const byRepository = new Map<string, App[]>();
  for (const app of apps) byRepository.set(app.repository.id, [...(byRepository.get(app.repository.id) ?? []), app]);
  const commits = [...byRepository.values()].flatMap((group) => {
    const looking = source.look(group);
    return group.map(({ name, repository }) => {
      const commit = looking.then((found) => found.get(name) ?? notLooked(repository.url), asHarborError);
      return [name, commit] as const;
    });
  });
  return { commits: new Map(commits), observed: await engine.observe() };
}

const notLooked = (url: string): Error => new HarborError(`nothing is known of ${url}`, { code: 'source-broken' });

/** Milliseconds between inspections of an app's containers when nothing else asks for one: events may be lost. */
const resync = 5 * 60_000;

/** Looks into the containers themselves: dearer than the list, and needed only where something may have been changed by hand. */
export interface Inspections {
  isDue(app: string): boolean;
  /** The host as observed, with the configuration of one app's own containers. */
  within(observed: Observed, app: App): Promise<Observed>;
  /** The same, once the engine's word on the containers' states has settled: right after an event its list still tells the old one. */
  settled(app: App): Promise<Observed>;
}

export function createInspections(parts: Pick<Parts, 'engine' | 'key' | 'clock' | 'instance'>): Inspections {
  const { engine, clock, instance } = parts;
  const last = new Map<string, number>();

  const within = async (observed: Observed, app: App): Promise<Observed> => {
    last.set(app.name, clock.elapsed());
    const own = await inspected(ownContainers(observed, app, instance), parts);
    const known = new Map(own.map((container) => [container.id, container]));
    return { containers: observed.containers.map((container) => known.get(container.id) ?? container) };
  };

  return {
    isDue: (app) => clock.elapsed() - (last.get(app) ?? Number.NEGATIVE_INFINITY) >= resync,
    within,
    async settled(app) {
      const before = ownContainers(await engine.observe(), app, instance);
      await engine.inspect(before.map(({ id }) => id));
      return within(await engine.observe(), app);
    },
  };
}
