import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { HarborError } from '../errors.ts';

const status = z.looseObject({
  apps: z.array(
    z.looseObject({ app: z.string(), deployed: z.looseObject({ commit: z.string().optional() }).nullish() }),
  ),
});

/** Which commits are deployed on a host, by app, as its `harbormaster status --json` told. Throws `usage` for a file that does not say. */
export async function readDeployed(file: string): Promise<ReadonlyMap<string, string>> {
  const { data } = status.safeParse(await jsonOf(file));
  if (data === undefined) throw unfit(file, 'is not what `harbormaster status --json` prints');
  return new Map(
    data.apps.flatMap(({ app, deployed }) => (deployed?.commit === undefined ? [] : [[app, deployed.commit] as const])),
  );
}

async function jsonOf(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unfit(file, 'cannot be read', cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unfit(file, 'is not JSON', cause);
  }
}

const unfit = (file: string, why: string, cause?: unknown): HarborError =>
  new HarborError(`${file} ${why}`, {
    code: 'usage',
    hint: 'Save what the host says: harbormaster status --json > status.json',
    cause,
  });
