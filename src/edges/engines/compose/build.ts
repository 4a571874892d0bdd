import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarborError } from '../../../errors.ts';
import type { BuildRequest } from '../../../ports.ts';
import { type Finished, run } from '../../process.ts';
import { lastLines, visible } from '../text.ts';
import { buildArgv } from './argv.ts';
import { type ActContext, actEnvironment } from './environment.ts';

interface Builder {
  readonly plugin: string;
  readonly context: ActContext;
  /** Private folder for the model that Compose is given. */
  readonly temporary: string;
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** The smallest model with this one build in it. The section is as rendered: its `$` are still doubled. */
export const buildModel = ({ project, service, tag, section }: BuildRequest): string =>
  JSON.stringify({ name: project, services: { [service]: { image: tag, build: section } } });

/**
 * Builds with BuildKit, as Compose does by itself; it has one inside up to version 2. Where Compose asks for a buildx plugin that is not there, with the
 * engine's own builder. Throws `interrupted` at the signal.
 */
export async function build(builder: Builder, request: BuildRequest): Promise<void> {
  const folder = await mkdtemp(join(builder.temporary, 'build-'));
  try {
    const file = join(folder, 'compose.json');
    await writeFile(file, buildModel(request), { mode: 0o600 });
    const first = await attempt(builder, request, file);
    const last = lacksBuildx(first) ? await attempt(builder, request, file, { DOCKER_BUILDKIT: '0' }) : first;
    if (last.exitCode !== 0) throw failed(request, last);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function attempt(
  { plugin, context, limit, signal }: Builder,
  { project, service }: BuildRequest,
  file: string,
  extra = {},
) {
  const env = { ...actEnvironment(context), ...extra };
  return run(buildArgv(plugin, { project, service, file }), { env, cwd: '/', limit, signal, leash: true });
}

const lacksBuildx = ({ exitCode, stderr }: Finished): boolean => exitCode !== 0 && /requires? buildx/i.test(stderr);

function failed({ service }: BuildRequest, { stdout, stderr }: Finished): HarborError {
  const said = whatFailed(visible(`${stdout.toString()}\n${stderr}`)).split('\n');
  // Builders say the reason last; lists show the first line only.
  const message = [
    `the image of service ${service} could not be built: ${said.pop() || 'the builder does not say why'}`,
    ...said,
  ].join('\n');
  return new HarborError(message, {
    code: 'build-failed',
    hint: 'Correct the Dockerfile or its context, and commit it.',
  });
}

/** Builders repeat the step that failed, with its output, below a rule; what is above it only tells of progress. */
function whatFailed(output: string): string {
  const rule = output.indexOf('\n------\n');
  const kept = rule < 0 ? output : output.slice(rule).replaceAll('\n------\n', '\n');
  return lastLines(kept, 12);
}
