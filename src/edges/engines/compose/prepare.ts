import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarborError } from '../../../errors.ts';
import type { Job } from '../../../ports.ts';
import { prepareArgv } from './argv.ts';
import type { ActContext } from './environment.ts';
import { type Observe, up } from './up.ts';

interface Preparer {
  readonly plugin: string;
  readonly context: ActContext;
  /** Private folder for the model that Compose is given. */
  readonly temporary: string;
  readonly limit: number;
  /** The project's containers. */
  readonly observe: Observe;
}

/** Compose makes the container and leaves it standing; gives its id. */
export async function prepare({ plugin, context, temporary, limit, observe }: Preparer, job: Job): Promise<string> {
  const folder = await mkdtemp(join(temporary, 'job-'));
  try {
    const file = join(folder, 'compose.json');
    await writeFile(file, job.model, { mode: 0o600 });
    await up(
      prepareArgv(plugin, { project: job.project, service: job.service, file }),
      job.environment,
      context,
      limit,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const made = (await observe()).find(({ service }) => service === job.service);
  if (made) return made.id;
  throw new HarborError(`Compose made no container for ${job.service}, and said nothing`, { code: 'engine-refused' });
}
