import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { run } from '../../src/cli/run.ts';
import { ownUser } from '../../src/edges/own-account.ts';
import { wire } from '../../src/wire.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * One call of the command line with everything that is real behind it, in this process: it costs a tenth of the program's own start. Lines of the logger
 * go to this process's stderr, and what belongs to a process (signals, an exit in the middle of something, the program's own path) has to be tried with
 * the program.
 */
export async function call(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const code = await run(args, {
    environment,
    cwd: process.cwd(),
    isRoot: process.getuid?.() === 0,
    exists: existsSync,
    stdout: output('stdout'),
    stderr: output('stderr'),
    ask: undefined,
    version: 'test',
    commit: 'test',
    build: 'test',
    hostName: hostname(),
    user: ownUser(environment),
    signal: new AbortController().signal,
    now: () => new Date(),
    wire: async (invocation) => wire(invocation),
  });
  return { code, ...written };
}
