import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { originText } from '../../core/configuration-words.ts';
import { asHarborError } from '../../errors.ts';
import type { HostConfig } from '../../model/config.ts';
import type { Engine } from '../../ports.ts';
import { run } from '../process.ts';
import { notifications } from './notifications.ts';
import { deploymentLog, witness } from './record.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly hint: string | undefined;
}

export interface DoctorInput {
  readonly engine: Engine;
  readonly stateDir: string;
  /** Loads the configuration as a daemon would; throws what is wrong with it. */
  readonly loadConfig: () => Promise<
    Pick<HostConfig, 'apps' | 'log' | 'origin' | 'troubles' | 'notifiers' | 'commitStatus'>
  >;
  readonly environment: Readonly<Record<string, string>>;
  /** Name of whoever runs this. */
  readonly user: string;
}

type Look = (input: DoctorInput) => Promise<Omit<Check, 'name'>>;

/** In the order in which a person would look. Each either tells what it found or throws why it could not. */
const looks: readonly (readonly [string, Look])[] = [
  ['configuration', configuration],
  ['engine', engine],
  ['compose', compose],
  ['renderer', renderer],
  ['git', git],
  ['state folder', stateFolder],
  ['deployment log', deploymentLog],
  ['witness', witness],
  ['notifications', notifications],
  ['disk', disk],
  ['clock', clock],
  ['paths', paths],
];

export async function doctor(input: DoctorInput): Promise<readonly Check[]> {
  return Promise.all(
    looks.map(async ([name, look]) => {
      try {
        return { name, ...(await look(input)) };
      } catch (error) {
        const { message, hint } = asHarborError(error);
        return { name, state: 'fail' as const, detail: message, hint };
      }
    }),
  );
}

const ok = (detail: string) => ({ state: 'ok' as const, detail, hint: undefined });
const warn = (detail: string, hint: string) => ({ state: 'warn' as const, detail, hint });

async function configuration({ loadConfig }: DoctorInput) {
  const { apps, origin, troubles } = await loadConfig();
  const where = originText(origin);
  const [trouble] = troubles;
  if (trouble)
    return warn(
      `${where} stays in force, because the newest ${trouble.of} cannot be used: ${trouble.message}`,
      trouble.hint ?? 'Mend it, and push.',
    );
  return apps.length === 0
    ? warn(`${where} is valid, and has no app for this host`, 'Add one under `apps:`.')
    : ok(`${where}: ${apps.length === 1 ? '1 app' : `${apps.length} apps`} on this host`);
}

async function engine({ engine: port }: DoctorInput) {
  const { version, apiVersion, platform } = await port.facts();
  return ok(`Docker Engine ${version} (API ${apiVersion}, ${platform})`);
}

async function compose({ engine: port }: DoctorInput) {
  return ok(`Docker Compose ${(await port.facts()).compose}`);
}

const isolations = {
  namespace: 'compose files are rendered without privileges, without a network and under limits',
  unprivileged: 'compose files are rendered without privileges and under limits, but with a network',
  limits: 'compose files are rendered under limits only, as this user',
} as const;

async function renderer({ engine: port }: DoctorInput) {
  const { isolation } = await port.facts();
  if (isolation !== 'limits') return ok(isolations[isolation]);
  return warn(
    isolations.limits,
    'Run as root (or in the container image) with unshare, setpriv and prlimit from util-linux, so that a hostile repository sees less.',
  );
}

async function git({ environment }: DoctorInput) {
  const { stdout } = await run(['git', '--version'], { env: environment, limit: 10_000 });
  return ok(stdout.toString('utf8').trim());
}

async function stateFolder({ stateDir, user }: DoctorInput) {
  const folder = await existing(stateDir);
  await access(folder, constants.W_OK | constants.X_OK).catch(() => {
    throw new Error(`${user} may not write to ${folder}`);
  });
  return folder === stateDir
    ? ok(`${stateDir}, writable by ${user}`)
    : ok(`${stateDir} will be made by the first pass`);
}

const gigabyte = 1024 ** 3;
const wanted = 2 * gigabyte;

async function disk({ stateDir }: DoctorInput) {
  const { bavail, bsize } = await statfs(await existing(stateDir));
  const free = bavail * bsize;
  const detail = `${(free / gigabyte).toFixed(1)} GB free under ${stateDir}`;
  return free >= wanted
    ? ok(detail)
    : warn(detail, 'Pulls and builds need room: free some, or move the state with --state-dir.');
}

const earliest = Date.parse('2026-01-01T00:00:00Z');

async function clock() {
  const now = new Date();
  return now.getTime() > earliest
    ? ok(now.toISOString())
    : warn(now.toISOString(), 'The clock is in the past: certificates will look invalid. Start a time service.');
}

/** In a container, the state folder must have the same path as on the host: the engine resolves the paths that containers mount. */
async function paths({ stateDir }: DoctorInput) {
  const mounts = mountsOf(await readFile('/proc/self/mountinfo', 'utf8'));
  const inContainer = mounts.some(({ point, type }) => point === '/' && type === 'overlay');
  if (!inContainer) return ok('not in a container: paths are the host’s own');
  const mount = mounts
    .filter(({ point }) => point !== '/' && isIn(point, stateDir))
    .sort((left, right) => right.point.length - left.point.length)[0];
  const fix = `Start the container with -v ${stateDir}:${stateDir}`;
  if (mount === undefined)
    return {
      state: 'fail' as const,
      detail: `${stateDir} is inside the container only: what apps mount from it would be empty`,
      hint: fix,
    };
  if (mount.point.endsWith(mount.root)) return ok(`in a container, with ${mount.point} mounted from the same path`);
  return warn(
    `in a container, with ${mount.point} mounted from ${mount.root}: relative mounts of apps may be empty`,
    fix,
  );
}

const isIn = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
}

/** Source: proc_pid_mountinfo(5) */
const mountsOf = (mountinfo: string): readonly Mount[] =>
  mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [place = '', filesystem = ''] = line.split(' - ');
      const [, , , root = '', point = ''] = place.split(' ');
      return { root, point, type: filesystem.split(' ')[0] ?? '' };
    });

async function existing(path: string): Promise<string> {
  const found = await stat(path).then(
    () => true,
    () => false,
  );
  return found || path === '/' ? path : existing(dirname(path));
}
