/** A cache that forgets what was not used for longest, once the weights of all it holds are above the budget. */
export interface Lru<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

export function lru<V>(budget: number, weigh: (value: V) => number = () => 1): Lru<V> {
  const kept = new Map<string, V>();
  let weight = 0;
  const drop = (key: string): void => {
    const value = kept.get(key);
    if (value === undefined) return;
    kept.delete(key);
    weight -= weigh(value);
  };
  return {
    get: (key) => {
      const value = kept.get(key);
      if (value === undefined) return undefined;
      kept.delete(key);
      kept.set(key, value);
      return value;
    },
    set: (key, value) => {
      drop(key);
      kept.set(key, value);
      weight += weigh(value);
      for (const oldest of kept.keys()) {
        if (weight <= budget || oldest === key) break;
        drop(oldest);
      }
    },
  };
}
