import { HarborError } from '../../../errors.ts';
import type { ObservedContainer } from '../../../model/observed.ts';
import { type Argv, type Finished, run } from '../../process.ts';
import { engineFailure } from '../failures.ts';
import { type ActContext, actEnvironment, type Environment } from './environment.ts';
import { complaint } from './stderr.ts';

export type Observe = () => Promise<readonly ObservedContainer[]>;

/**
 * Runs `up` for the services that the argv names. `given`: values for secrets and configs that name a variable. The limit is for the engine's work; health is awaited elsewhere. On a leash: an `up` that outlived
 * us would break the project together with the next one.
 */
export async function up(argv: Argv, given: Environment, context: ActContext, limit: number): Promise<void> {
  const env = actEnvironment(context, given);
  throwIfFailed(await run(argv, { env, cwd: '/', limit, leash: true }));
}

function throwIfFailed({ exitCode, stderr }: Finished): void {
  if (exitCode === 0) return;
  throw engineFailure(complaint(stderr) || `docker compose up ended with exit code ${exitCode} and said nothing`);
}

const portIn = /:(\d+)(?: failed)?: (?:port is already allocated|bind: address already in use)/;

/** Does the act; an error about a taken port then says who holds it. */
export async function namingPortHolder(observe: Observe, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof HarborError) || error.code !== 'port-taken') throw error;
    const port = Number(portIn.exec(error.message)?.[1]);
    throw Number.isNaN(port) ? error : portTaken(port, await observe(), error);
  }
}

function portTaken(port: number, containers: readonly ObservedContainer[], cause: HarborError): HarborError {
  const holder = containers.find(({ ports }) => ports.some((published) => published.port === port));
  const who = holder === undefined ? 'a program outside of Docker' : describe(holder);
  return new HarborError(`port ${port} is already taken by ${who}`, {
    code: 'port-taken',
    hint: holder === undefined ? `Find it with: ss -ltnp 'sport = :${port}'` : cause.hint,
    cause,
  });
}

function describe({ name, id, project, service }: ObservedContainer): string {
  const owner = project === undefined ? '' : ` (project ${project}, service ${service ?? '?'})`;
  return `container ${name} ${id.slice(0, 12)}${owner}`;
}

/** Does the act; where it was refused for a container that the engine only lists, the error says so. `ghosts`: those of the project. */
export async function namingGhosts<T>(ghosts: Observe, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof HarborError) || !refusals.has(error.code)) throw error;
    const found = await ghosts().catch(() => []);
    throw found.length === 0 ? error : ghostly(found, error);
  }
}

const refusals: ReadonlySet<string> = new Set(['engine-refused', 'name-taken']);

const ghostly = (ghosts: readonly ObservedContainer[], cause: HarborError): HarborError =>
  new HarborError(
    `the engine lists ${ghosts.map(nameless).join(' and ')}, which it has removed, and nothing can take its place: ${cause.message}`,
    {
      code: 'engine-refused',
      hint: 'Only a restart of the engine clears that: `systemctl restart docker`, which stops containers meanwhile unless it has `live-restore`. Harbormaster tries again by itself.',
      cause,
    },
  );

const nameless = ({ id, service }: ObservedContainer): string =>
  `a container ${id.slice(0, 12)} of ${service ?? 'no service'}`;
