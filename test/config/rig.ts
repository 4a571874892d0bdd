import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type LoadRequest, loadConfig } from '../../src/config/load.ts';
import * as checkKinds from '../../src/edges/checks/index.ts';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { HostConfig } from '../../src/model/config.ts';
import { secretOption } from '../../src/secret-option.ts';

export const catalogues = {
  strategies: ['recreate', 'rolling'],
  webhooks: ['github', 'signed'],
  checks: Object.values(checkKinds),
  notifiers: [
    {
      type: 'bell',
      options: z
        .strictObject({ url: z.url(), secret: secretOption(z.string().min(8)).optional() })
        .meta({ description: 'Rings.' }),
    },
    { type: 'flag', options: z.object({ colours: z.array(z.enum(['red', 'green'])).min(1) }) },
  ],
};

type Options = Partial<Pick<LoadRequest, 'host' | 'environment'>> & {
  /** Files beside the configuration, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
};

export interface Loader extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  load(text: string | Uint8Array, options?: Options): Promise<HostConfig>;
}

/** A folder of its own, in which configurations are written and loaded. */
export async function testLoader(): Promise<Loader> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-config-'));
  const file = join(folder, 'harbormaster.yml');
  return {
    folder,
    file,
    async load(text, { host = 'web-1', environment = {}, files = {} } = {}) {
      for (const [path, content] of Object.entries({ ...files, 'harbormaster.yml': text })) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      return loadConfig({ file, host, environment, catalogues });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function load(text: string | Uint8Array, options?: Options): Promise<HostConfig> {
  await using loader = await testLoader();
  return await loader.load(text, options);
}

export async function loadApp(lines: string, options?: Options): Promise<App> {
  const { apps } = await load(
    `apps:\n  web:\n    url: https://git.example.com/team/web.git\n${indented(lines, 4)}`,
    options,
  );
  const [app] = apps;
  if (!app) throw new Error('no app is active');
  return app;
}

const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

/** What is wrong with a configuration, as a person reads it, without the folder's name. */
export async function problems(text: string | Uint8Array, options?: Options): Promise<string> {
  await using loader = await testLoader();
  const error: unknown = await loader.load(text, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HarborError)) throw new Error('the configuration loads', { cause: error });
  return error.message.replaceAll(`${loader.folder}/`, '');
}
