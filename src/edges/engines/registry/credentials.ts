import * as z from 'zod';
import { HarborError } from '../../../errors.ts';
import { type Argv, run } from '../../process.ts';
import { lastLines, visible } from '../text.ts';
import { type DockerConfig, type Login, readDockerConfig } from './docker-config.ts';
import { hostOf, registryOf } from './hosts.ts';

export interface CredentialOptions {
  /** Folder of Docker's client configuration. */
  readonly dockerConfig: string;
  /** For credential helpers, which find their own keys with it: PATH, HOME and what else the operator set. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Gives the `X-Registry-Auth` header for an image's registry. */
export type Credentials = (name: string) => Promise<Readonly<Record<string, string>>>;

/** Logins as Docker knows them: `credHelpers`, then `credsStore`, then `auths`. */
export function dockerCredentials(options: CredentialOptions): Credentials {
  return async (name) => {
    const registry = registryOf(name);
    const config = await readDockerConfig(options.dockerConfig);
    const helper = config.credHelpers[hostOf(registry)] ?? config.credHelpers[registry] ?? config.credsStore;
    const login = helper === undefined ? loginIn(config, registry) : await askHelper(helper, registry, options);
    return { 'x-registry-auth': header(login, registry) };
  };
}

export function loginIn({ auths }: DockerConfig, registry: string): Login | undefined {
  return auths[registry] ?? Object.entries(auths).find(([key]) => hostOf(key) === hostOf(registry))?.[1];
}

/** With padding: without it, the engine takes the login for none and does not say so. Source: moby, api/server/router/image, postImagesCreate. */
export function header(login: Login | undefined, registry: string): string {
  const body = login === undefined ? {} : { ...spelledOut(login), serveraddress: registry };
  return Buffer.from(JSON.stringify(body)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function spelledOut({
  auth,
  username,
  password,
  identitytoken,
  registrytoken,
}: Login): Readonly<Record<string, string>> {
  if (identitytoken !== undefined) return { identitytoken };
  if (registrytoken !== undefined) return { registrytoken };
  if (auth === undefined) return { username: username ?? '', password: password ?? '' };
  const decoded = Buffer.from(auth, 'base64').toString();
  const colon = decoded.indexOf(':');
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

const answer = z.object({ Username: z.string(), Secret: z.string() });

/** Source: https://github.com/docker/docker-credential-helpers, "Development" */
async function askHelper(
  helper: string,
  registry: string,
  { environment }: CredentialOptions,
): Promise<Login | undefined> {
  const argv: Argv = [`docker-credential-${helper}`, 'get'];
  const { exitCode, stdout } = await run(argv, {
    env: environment,
    stdin: registry,
    limit: 30_000,
    maxOutput: 1024 * 1024,
  });
  const text = stdout.toString();
  if (exitCode !== 0) {
    if (/credentials not found/i.test(text)) return undefined;
    throw helperFailed(helper, lastLines(visible(text), 3));
  }
  const { Username, Secret } = readAnswer(helper, text);
  return Username === '<token>' ? { identitytoken: Secret } : { username: Username, password: Secret };
}

function readAnswer(helper: string, text: string): z.output<typeof answer> {
  try {
    return answer.parse(JSON.parse(text));
  } catch {
    throw helperFailed(helper, 'its answer is not understood');
  }
}

const helperFailed = (helper: string, why: string): HarborError =>
  new HarborError(`docker-credential-${helper} gave no login: ${why}`, {
    code: 'image-unavailable',
    hint: 'Log in anew with: docker login',
  });
