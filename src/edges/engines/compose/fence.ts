import { asHarborError, HarborError } from '../../../errors.ts';
import type { Isolation } from '../../../ports.ts';
import { type Argv, type Finished, run } from '../../process.ts';
import { lastLines } from '../text.ts';
import { standardPath } from './environment.ts';

/** What a rendering may use before the kernel ends it. */
export const renderLimits = { megabytes: 600, cpuSeconds: 10, wallSeconds: 20, outputBytes: 4 * 1024 * 1024 } as const;

const tools = { unshare: '/usr/bin/unshare', setpriv: '/usr/bin/setpriv', prlimit: '/usr/bin/prlimit' } as const;
/** Debian's `nobody`. */
const nobody = '65534';

/** `--data`, not an address-space limit: Go reserves more than it uses. `renderLimits` as arguments. */
const limited = [
  tools.prlimit,
  `--data=${renderLimits.megabytes * 1_000_000}`,
  `--cpu=${renderLimits.cpuSeconds}`,
  '--core=0',
  '--',
];
const unprivileged = [
  tools.setpriv,
  `--reuid=${nobody}`,
  `--regid=${nobody}`,
  '--clear-groups',
  '--no-new-privs',
  '--',
];

const fences: Readonly<Record<Isolation, readonly string[]>> = {
  namespace: [tools.unshare, '--net', '--', ...unprivileged, ...limited],
  unprivileged: [...unprivileged, ...limited],
  limits: limited,
};

/** The command behind a fence. Limits are set last: they hold for what is rendered, not for the fence. */
export function fenced(isolation: Isolation, [program, ...rest]: Argv): Argv {
  const [first, ...fence] = fences[isolation];
  return first === undefined ? [program, ...rest] : [first, ...fence, program, ...rest];
}

export interface FenceFound {
  readonly isolation: Isolation;
  /** Why each better one does not work here. */
  readonly refusals: readonly string[];
  /** What the program wrote behind it; undefined if it failed even there. */
  readonly output: string | undefined;
}

/**
 * The best fence behind which this program still starts. Throws `tool-missing` where there is not even `prlimit`, and `timeout` if the program did not
 * end within the limit, milliseconds: a slow host says nothing about its fences.
 */
export async function findFence(probe: Argv, limit = 10_000): Promise<FenceFound> {
  const refusals: string[] = [];
  for (const isolation of ['namespace', 'unprivileged'] as const) {
    const tried = await tryFence(isolation, probe, limit);
    if ('output' in tried) return { isolation, refusals, ...tried };
    refusals.push(`${isolation}: ${tried.refusal}`);
  }
  const { exitCode, stdout } = await start('limits', probe, limit);
  return { isolation: 'limits', refusals, output: exitCode === 0 ? stdout.toString() : undefined };
}

type Tried = { readonly output: string } | { readonly refusal: string };

async function tryFence(isolation: Isolation, probe: Argv, limit: number): Promise<Tried> {
  try {
    const { exitCode, stdout, stderr } = await start(isolation, probe, limit);
    if (exitCode === 0) return { output: stdout.toString() };
    return { refusal: lastLines(stderr, 1) || `exit code ${exitCode}` };
  } catch (error) {
    const { code, message } = asHarborError(error);
    if (code !== 'tool-missing') throw error;
    return { refusal: message };
  }
}

async function start(isolation: Isolation, probe: Argv, limit: number): Promise<Finished> {
  const options = { env: { PATH: standardPath, DOCKER_CONFIG: '/nonexistent' }, cwd: '/', limit };
  try {
    return await run(fenced(isolation, probe), options);
  } catch (error) {
    if (asHarborError(error).code !== 'timeout') throw error;
    throw new HarborError(`${probe.join(' ')} did not end within ${limit / 1000} s and was stopped`, {
      code: 'timeout',
      hint: 'The host may be overloaded. If it is not, run this by hand: it should print a version at once.',
      cause: error,
    });
  }
}
