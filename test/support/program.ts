import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** What is driven: the bundle, or another build of it. */
export const program = process.env['HARBORMASTER_PROGRAM'] ?? pathOf('../../dist/harbormaster.cjs');

/** For Node, before the path of a program. */
export const compiledOnce = `--require=${pathOf('compiled-once.cjs')}`;

/** Starts a build of the program with these arguments. */
export const startProgram = (
  [build, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [compiledOnce, build, ...args], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
