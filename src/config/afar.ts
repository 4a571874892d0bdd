import { placeholder } from '../core/placeholder.ts';
import type { Found, Lookup } from './interpolate.ts';

/** A configuration is looked at from another machine than its host: nobody is notified, and `config.from` is not followed. */
export interface Afar {
  /** Whatever hosts its apps are for. */
  readonly everyHost: boolean;
  /** What the host has and this machine lacks is not wrong: a placeholder stands for it. Told of each. */
  readonly lacks?: Lacks | undefined;
}

export type Lacks = (what: string) => void;

/** Sections that mean nothing there. */
export const onlyNear: readonly string[] = ['notifiers', 'heartbeat', 'webhooks'];

/** Follows what can be followed, and has placeholders for the rest. */
export const withPlaceholders =
  (lookup: Lookup, lacks: Lacks): Lookup =>
  async (reference): Promise<Found> => {
    const found = await lookup(reference);
    if (found.kind !== 'fault') return found;
    const what = reference.kind === 'file' ? `the file ${reference.path}` : `the variable ${reference.name}`;
    lacks(what);
    return { kind: 'secret', value: placeholder(what) };
  };
