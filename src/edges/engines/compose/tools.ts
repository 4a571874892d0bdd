import type { Isolation, Logger } from '../../../ports.ts';
import { findPlugin, type Plugin, type PluginPlaces } from './plugin.ts';

/** What rendering and applying need of the host: looked for once, when it is first needed. */
export interface ComposeTools {
  plugin(): Promise<Plugin>;
  isolation(): Promise<Isolation>;
}

export function composeTools(places: PluginPlaces, logger: Logger): ComposeTools {
  const plugin = once(() => findPlugin(places));
  const isolation = once(async () => {
    const { isolation, refusals } = (await plugin()).fence;
    if (refusals.length > 0) logger.warn({ isolation, refusals }, 'compose files are rendered behind a weaker fence');
    return isolation;
  });
  return { plugin, isolation };
}

/** Remembers success, not failure: what is missing now may be installed later. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}
