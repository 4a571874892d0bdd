import { posix } from 'node:path';
import { candidatePaths, discover } from '../core/compose-files.ts';
import { type Read, readsOf } from '../core/compose-reads.ts';
import { parseCompose } from '../core/compose-yaml.ts';
import { refuseSecretNames, withMarks } from '../core/secret-names.ts';
import { parseEnvFile, type Variables } from '../core/variables.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { GitObject, Revision } from '../model/revision.ts';
import { Secret } from '../model/secret.ts';
import type { Source } from '../ports.ts';

/** What rendering an app at a revision reads: which repository paths, and which compose files it starts from. */
export interface AppReads {
  readonly composeFiles: readonly string[];
  readonly envFile: string | undefined;
  /** Also the paths that do not exist but would matter if they came. */
  readonly objects: ReadonlyMap<string, GitObject | undefined>;
  /** What `${…}` in the app's own compose files means: the environment, and its `.env` file. */
  readonly variables: Variables;
}

/** Bytes of one compose or env file. Far more than anybody writes, and little enough to parse. */
const composeLimit = 256 * 1024;
const fileLimit = 200;
/** Bytes of all of them together, each as often as it is read. */
const totalLimit = 2 * 1024 * 1024;
/** Bytes that a file counts at least. */
const leastOfFile = 2048;

/** Follows includes, extended files and env files from the app's compose files on, without rendering anything. */
export async function readsOfApp(
  app: App,
  revision: Revision,
  environment: Readonly<Record<string, string>>,
  source: Pick<Source, 'objects' | 'read'>,
): Promise<AppReads> {
  const dotEnv = posix.join(app.path, '.env');
  const looked = [...(app.composeFiles.length === 0 ? candidatePaths(app.path) : configuredFiles(app)), dotEnv];
  const found = await source.objects(app.repository, revision.commit, looked);
  const exists = (path: string) => found.get(path) !== undefined;
  const composeFiles = app.composeFiles.length === 0 ? discover(app.path, exists) : configuredFiles(app);
  assertPresent(app, revision, composeFiles, exists);
  const text = textOf(app, revision, source);
  const variables = await withEnvFile(environment, dotEnv, text);
  const marked = await withEnvFile(withMarks(environment, secretsOf(app)), dotEnv, text);
  const followed = await follow(composeFiles, app.path, { variables, marked }, text);
  const objects = new Map([...found, ...(await source.objects(app.repository, revision.commit, followed))]);
  return { composeFiles, envFile: exists(dotEnv) ? dotEnv : undefined, objects, variables };
}

const secretsOf = ({ environment }: App): readonly string[] =>
  Object.entries(environment).flatMap(([name, value]) => (value instanceof Secret ? [name] : []));

type Text = (path: string) => Promise<string>;

/** Of files of the revision; of one that is not there it is empty. Includes of includes could read for hours. */
function textOf({ repository }: App, { commit }: Revision, source: Pick<Source, 'read'>): Text {
  let left = totalLimit;
  return async (path) => {
    const content = await source.read(repository, commit, path, composeLimit);
    left -= Math.max(leastOfFile, content?.length ?? 0);
    if (left < 0) throw tooMuch(`more than ${totalLimit / 1024 ** 2} MiB of compose and env files`);
    return content?.toString('utf8') ?? '';
  };
}

const tooMuch = (what: string): HarborError =>
  new HarborError(`rendering would read ${what}`, { code: 'compose-refused', hint: 'Split the app into several.' });

/** What `${…}` means in a compose file; `marked`: the same, without the values of secrets. */
interface Meaning {
  readonly variables: Variables;
  readonly marked: Variables;
}

/** What is set already beats the file, as in Compose. */
const withEnvFile = async (variables: Variables, path: string, text: Text): Promise<Variables> => ({
  ...parseEnvFile(await text(path), variables),
  ...variables,
});

const configuredFiles = (app: App): readonly string[] =>
  app.composeFiles.map((file) => posix.normalize(posix.join(app.path, file)));

function assertPresent(
  app: App,
  revision: Revision,
  files: readonly string[],
  exists: (path: string) => boolean,
): void {
  const missing = files.find((path) => !exists(path));
  if (files.length > 0 && missing === undefined) return;
  const where = `${app.path === '.' ? 'the top folder' : `folder ${app.path}`} of ${revision.repository} at ${revision.commit.slice(0, 10)}`;
  throw new HarborError(
    missing === undefined
      ? `there is no compose file in ${where}`
      : `${missing} does not exist in ${revision.repository} at ${revision.commit.slice(0, 10)}`,
    {
      code: 'compose-missing',
      hint: `Commit a compose.yaml there, or name the file: apps.${app.name}.compose_config (and apps.${app.name}.path for another folder).`,
    },
  );
}

async function follow(
  files: readonly string[],
  directory: string,
  meaning: Meaning,
  text: Text,
): Promise<readonly string[]> {
  const first = files.map((path): Read => ({ path, kind: 'compose', directory, envFiles: [] }));
  const pending = first.map((read) => ({ read, meaning }));
  const seen = new Map<string, Read>();
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { read } = next;
    const key = JSON.stringify([read.path, read.directory, read.envFiles]);
    if (seen.has(key)) continue;
    seen.set(key, read);
    if (seen.size > fileLimit) throw tooMuch(`more than ${fileLimit} files`);
    if (read.kind === 'env') continue;
    let { variables, marked } = next.meaning;
    for (const path of read.envFiles) {
      variables = await withEnvFile(variables, path, text);
      marked = await withEnvFile(marked, path, text);
    }
    const file = { ...read, documents: parseCompose(read.path, await text(read.path)) };
    refuseSecretNames(file, marked);
    for (const found of readsOf(file, variables)) pending.push({ read: found, meaning: { variables, marked } });
  }
  return [...new Set([...seen.values()].map(({ path }) => path))];
}
