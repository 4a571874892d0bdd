import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readdir } from 'node:fs/promises';
import { HarborError } from '../../errors.ts';
import type { Credentials } from '../../model/app.ts';
import { type Argv, run } from '../process.ts';
import { hasControls } from './text.ts';
import type { Remote } from './url.ts';

type SshRemote = Extract<Remote, { kind: 'ssh' }>;
type SshCredentials = Extract<Credentials, { kind: 'ssh' }>;

export interface ControlFolder {
  /** Where connections that are kept open have their sockets. */
  readonly runDir: string;
}

/** A Unix socket's path holds 107 bytes; while it is made, ssh adds 17. */
const longestSocketPath = 90;

/** How long a connection outlives its last use. Seconds. */
const persist = 90;

/** The ssh that git starts: asks nothing, trusts only known host keys, learns none, forwards nothing, reads no configuration file. */
export function sshCommand(remote: SshRemote, credentials: Credentials, place: ControlFolder): readonly string[] {
  const { key, knownHosts } = ofSsh(credentials);
  return [
    'ssh',
    '-F',
    'none',
    ...option('BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=10', 'ServerAliveCountMax=3'),
    ...option('StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'CheckHostIP=no', 'VerifyHostKeyDNS=no'),
    ...(knownHosts === undefined
      ? []
      : option(`UserKnownHostsFile=${quoted(knownHosts)}`, 'GlobalKnownHostsFile=/dev/null')),
    ...option('PasswordAuthentication=no', 'KbdInteractiveAuthentication=no'),
    ...(key === undefined ? [] : option('IdentitiesOnly=yes', 'IdentityAgent=none', `IdentityFile=${quoted(key)}`)),
    ...option('ForwardAgent=no', 'ForwardX11=no', 'ClearAllForwardings=yes', 'PermitLocalCommand=no'),
    ...sharedConnection(remote, credentials, place),
  ];
}

/** Where the kept connection's socket is; undefined if the path would be too long. Never shared between keys, or between known hosts. */
export function controlPath(
  remote: SshRemote,
  credentials: Credentials,
  { runDir }: ControlFolder,
): string | undefined {
  const { key = '', knownHosts = '' } = ofSsh(credentials);
  const identity = JSON.stringify([remote.user, remote.host, remote.port, key, knownHosts]);
  const path = `${runDir}/ssh-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
  return Buffer.byteLength(path) <= longestSocketPath ? path : undefined;
}

/** Says what is wrong with the files before ssh says less. */
export async function prepareSsh(credentials: Credentials, { runDir }: ControlFolder): Promise<void> {
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  const { key, knownHosts } = ofSsh(credentials);
  if (key !== undefined) await readable(key, 'SSH key');
  if (knownHosts !== undefined) await readable(knownHosts, 'known_hosts file');
}

/** Lets the connections that are kept open end now, once nobody uses them: they would a little later by themselves. */
export async function closeConnections(runDir: string, env: Readonly<Record<string, string>>): Promise<void> {
  const names = await readdir(runDir).catch(() => []);
  const sockets = names.filter((name) => /^ssh-[0-9a-f]{12}$/.test(name)).map((name) => `${runDir}/${name}`);
  await Promise.all(
    sockets.map((path) => run(closeConnection(path), { env, cwd: '/', limit: 2000 }).catch(() => undefined)),
  );
}

const closeConnection = (path: string): Argv => [
  'ssh',
  '-F',
  'none',
  ...option(`ControlPath=${quoted(path)}`),
  '-O',
  'exit',
  'none',
];

/** One line for a shell, as GIT_SSH_COMMAND wants it. */
export const shellLine = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

const ofSsh = (credentials: Credentials): SshCredentials =>
  credentials.kind === 'ssh' ? credentials : { kind: 'ssh', key: undefined, knownHosts: undefined };

const option = (...settings: readonly string[]): readonly string[] => settings.flatMap((setting) => ['-o', setting]);

function sharedConnection(remote: SshRemote, credentials: Credentials, place: ControlFolder): readonly string[] {
  const path = controlPath(remote, credentials, place);
  if (path === undefined) return option('ControlMaster=no', 'ControlPath=none');
  return option('ControlMaster=auto', `ControlPersist=${persist}`, `ControlPath=${quoted(path)}`);
}

/** A path as ssh_config(5) reads it: in quotes, and with nothing left that it would expand. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

async function readable(path: string, what: string): Promise<void> {
  if (/["\\]|\$\{/.test(path) || hasControls(path)) {
    throw new HarborError(`The path of the ${what} has characters that ssh would read as its own`, {
      code: 'source-refused',
      hint: 'Use a path without quotes, backslashes, "${" and control characters.',
    });
  }
  try {
    await access(path, constants.R_OK);
  } catch (cause) {
    throw new HarborError(`The ${what} ${path} cannot be read`, {
      code: 'source-refused',
      hint: 'Does it exist, and may Harbormaster read it?',
      cause,
    });
  }
}
