import type { Lru } from './lru.ts';

/** Gives what is known under a key, or makes it: once, however many ask meanwhile. A failure is told to all who wait, and not kept. */
export type Recall<V> = (key: string, make: () => Promise<V>) => Promise<V>;

export function recall<V>(known: Lru<V>): Recall<V> {
  const underWay = new Map<string, Promise<V>>();
  const begin = async (key: string, make: () => Promise<V>): Promise<V> => {
    try {
      const value = await make();
      known.set(key, value);
      return value;
    } finally {
      underWay.delete(key);
    }
  };
  return (key, make) => {
    const value = known.get(key);
    if (value !== undefined) return Promise.resolve(value);
    const making = underWay.get(key) ?? begin(key, make);
    underWay.set(key, making);
    return making;
  };
}
