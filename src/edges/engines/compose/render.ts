import { HarborError, UnsetVariables } from '../../../errors.ts';
import type { Isolation, Rendered, RenderRequest } from '../../../ports.ts';
import { type Argv, type Finished, run } from '../../process.ts';
import { hashesArgv, renderArgv } from './argv.ts';
import { renderEnvironment } from './environment.ts';
import { fenced, renderLimits } from './fence.ts';
import { parseModel } from './parse.ts';
import { complaint, unsetVariables, withoutFolder } from './stderr.ts';

interface Renderer {
  readonly plugin: string;
  readonly isolation: Isolation;
}

/** `docker compose config`, behind the fence, without engine, network or environment of ours. */
export async function render({ plugin, isolation }: Renderer, request: RenderRequest): Promise<Rendered> {
  const { stdout, stderr } = await runFenced(isolation, renderArgv(plugin, request), request);
  const model = parseModel(JSON.parse(stdout.toString()));
  return { model, unset: unsetVariables(stderr), isolation };
}

/**
 * Compose's own hash of each service. Of the rendering, not of the files: `up` hashes what it read from env files, and `config --hash` of the files
 * would hash their paths instead.
 */
export async function hashes({ plugin, isolation }: Renderer, request: RenderRequest): Promise<Hashes> {
  const model = await runFenced(isolation, renderArgv(plugin, request), request);
  const { stdout } = await runFenced(isolation, hashesArgv(plugin, request), request, model.stdout);
  return readHashes(stdout.toString());
}

type Hashes = Readonly<Record<string, string>>;

/** Lines of `service hash`. */
const readHashes = (text: string): Hashes =>
  Object.fromEntries(
    [...text.matchAll(/^(\S+) ([0-9a-f]{64})$/gm)].map(([, service = '', hash = '']) => [service, hash]),
  );

async function runFenced(isolation: Isolation, argv: Argv, request: RenderRequest, stdin?: Buffer): Promise<Finished> {
  const finished = await attempt(isolation, argv, request, stdin);
  if (finished.exitCode !== 0) throw invalid(finished, request);
  return finished;
}

async function attempt(isolation: Isolation, argv: Argv, request: RenderRequest, stdin?: Buffer): Promise<Finished> {
  try {
    return await run(fenced(isolation, argv), {
      stdin,
      env: renderEnvironment(request.project, request.environment),
      cwd: '/',
      limit: renderLimits.wallSeconds * 1000,
      maxOutput: renderLimits.outputBytes,
    });
  } catch (error) {
    // Nothing but the output limit interrupts a rendering.
    if (error instanceof HarborError && error.code === 'interrupted') throw tooLarge(error);
    if (error instanceof HarborError && error.code === 'timeout') throw tooSlow(error);
    throw error;
  }
}

const requiredVariable = /required variable (\S+) is missing a value/;
/** How a Go program ends that is out of memory or stack. */
const exhausted = /^(?:fatal error|runtime: (?:out of memory|goroutine stack exceeds))/m;
const crashed = /^panic: (?<reason>.*)$/m;
/** 128 + SIGKILL and SIGXCPU: the kernel at its CPU limit. */
const killedAtLimit = [137, 152];

function invalid({ exitCode, stderr }: Finished, { directory }: RenderRequest): HarborError {
  if (killedAtLimit.includes(exitCode) || exhausted.test(stderr)) return tooLarge();
  const message = withoutFolder(sentence({ exitCode, stderr }), directory);
  const variable = requiredVariable.exec(message)?.[1];
  if (variable !== undefined) {
    const hint = `Set ${variable} in the app's \`environment\` or \`environment_file\`.`;
    return new HarborError(message, { code: 'variable-unset', hint, cause: new UnsetVariables([variable]) });
  }
  return new HarborError(message, { code: 'compose-invalid', hint: 'Correct the compose file and commit it.' });
}

function sentence({ exitCode, stderr }: Pick<Finished, 'exitCode' | 'stderr'>): string {
  const panic = crashed.exec(stderr)?.groups?.['reason'];
  if (panic !== undefined) return `Compose crashed over this file: ${complaint(panic)}`;
  return complaint(stderr) || `Compose ended with exit code ${exitCode} and said nothing`;
}

const { megabytes, cpuSeconds, wallSeconds, outputBytes } = renderLimits;

const tooLarge = (cause?: unknown): HarborError =>
  new HarborError(
    `the compose file needs more than a rendering may use: ${megabytes} MB of memory, ${cpuSeconds} s of CPU, ${outputBytes / 1024 / 1024} MB of output`,
    {
      code: 'compose-invalid',
      hint: 'Look for aliases that multiply each other, and for references to endless files.',
      cause,
    },
  );

const tooSlow = (cause: HarborError): HarborError =>
  new HarborError(`Compose did not render the file within ${wallSeconds} s`, { code: 'timeout', cause });
