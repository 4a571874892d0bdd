import { setFlagsFromString } from 'node:v8';

const flags = ['--heap-growing-percent=20', '--compact-on-every-full-gc', '--no-opt', '--no-sparkplug'];

/**
 * For a process that runs for months and has little to do. It collects garbage when a fifth more than what is in use has come up, not a threefold, and
 * leaves no half-empty pages when it does; it runs bytecode only: the compilers take 5 MB, and more time than they save. To be called before anything large is loaded. A V8 that no longer knows one
 * of these says so on stderr, and goes on. See docs/decisions/0007-small-for-months.md.
 */
export function keepSmall(): void {
  for (const flag of flags) setFlagsFromString(flag);
}
