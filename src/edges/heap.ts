import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const flags = ['--heap-growing-percent=20', '--no-opt', '--no-sparkplug', '--expose-gc'];

/** Milliseconds between two looks at the heap. */
const tidyEvery = 10_000;
/** Bytes of half-empty pages that are worth a collection, which takes some 50 ms. */
const worthwhile = 4 * 1024 * 1024;

/**
 * For a process that runs for months and has little to do. It collects garbage when a fifth more than what is in use has come up, not a threefold; it
 * runs bytecode only: the compilers take 5 MB, and more time than they save; and it gives half-empty pages back. To be called before anything large is
 * loaded. A V8 that no longer knows one of these says so on stderr, and goes on. See docs/decisions/0007-small-for-months.md.
 */
export function keepSmall(): void {
  for (const flag of flags) setFlagsFromString(flag);
  setInterval(tidy, tidyEvery).unref();
}

/** V8 compacts by itself only where it lacks memory, and doing so at every collection took a third of the time of a busy daemon. */
function tidy(): void {
  const { total_physical_size: held, used_heap_size: used } = getHeapStatistics();
  if (held - used < worthwhile) return;
  setFlagsFromString('--compact-on-every-full-gc');
  runInNewContext('globalThis.gc?.()');
  setFlagsFromString('--no-compact-on-every-full-gc');
}
