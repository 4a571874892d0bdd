const inFlight = 8;

/**
 * Does the same to every item, a few at a time, in the items' order. All of them are tried; then the first failure is thrown.
 */
export async function inBatches<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  for (let start = 0; start < items.length; start += inFlight) {
    for (const settled of await Promise.allSettled(items.slice(start, start + inFlight).map(act))) {
      if (settled.status === 'fulfilled') results.push(settled.value);
      else failures.push(settled.reason);
    }
  }
  if (failures.length > 0) throw failures[0];
  return results;
}
