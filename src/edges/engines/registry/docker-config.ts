import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { HarborError } from '../../../errors.ts';

const login = z.object({
  /** Base64 of `user:password`. */
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});

/** Docker's client configuration, as far as logins go. Source: https://docs.docker.com/reference/cli/docker/#configuration-files */
const config = z.object({
  auths: z.record(z.string(), login).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

export type Login = z.output<typeof login>;
export type DockerConfig = z.output<typeof config>;

/** Read anew each time: `docker login` must count at once. A missing file is an empty one. */
export async function readDockerConfig(folder: string): Promise<DockerConfig> {
  const file = join(folder, 'config.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
    throw unreadable(file, `cannot be read (${error.code ?? 'unknown error'})`);
  });
  const result = config.safeParse(parseJson(file, text));
  if (!result.success) throw unreadable(file, 'is not a Docker client configuration');
  return result.data;
}

/** Without the parser's own words: they quote the file, and it holds passwords. */
function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(file, 'is not valid JSON');
  }
}

const unreadable = (file: string, why: string): HarborError =>
  new HarborError(`${file} ${why}`, { code: 'config-invalid', hint: 'Repair it, or log in anew with: docker login' });
