/** Environments for git, built from nothing: what a child may do is decided here, not by the machine's configuration. */
import type { Credentials } from '../../model/app.ts';
import type { Authorities } from './authorities.ts';
import { type ControlFolder, shellLine, sshCommand } from './ssh.ts';
import type { Remote } from './url.ts';

export type Environment = Readonly<Record<string, string>>;

/** How a repository is reached. */
export interface Access {
  readonly remote: Remote;
  readonly credentials: Credentials;
  /** Every certificate authority to trust, the system's included; undefined for the programs' own defaults. */
  readonly authorities: Authorities | undefined;
}

type Setting = readonly [key: string, value: string];

/** Old but harmless: objects that mail gateways and early tools wrote, and that are all over ordinary repositories. */
const forgiven = [
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badName',
  'badTagName',
  'badTimezone',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingTaggerEntry',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
];

const hardening: readonly Setting[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.symlinks', 'false'],
  ['credential.helper', ''],
  ['fetch.fsckObjects', 'true'],
  ...forgiven.map((check): Setting => [`fetch.fsck.${check}`, 'ignore']),
  ['fetch.recurseSubmodules', 'false'],
  // One pack for each fetch, never loose objects: what is to be tidied can be counted.
  ['fetch.unpackLimit', '1'],
  ['gc.auto', '0'],
  ['http.followRedirects', 'false'],
  // Ends a silent transfer; slow ones are ended by the limit on the whole call.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '30'],
  ['maintenance.auto', 'false'],
  ['protocol.version', '2'],
  ['transfer.bundleURI', 'false'],
];

/** Variables of our own environment that a child may see: where programs are, the way out of the network, the key agent. */
const inherited = [
  'PATH',
  'SSH_AUTH_SOCK',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
];

export function inheritedFrom(ambient: Readonly<Record<string, string | undefined>>): Environment {
  const kept = inherited.flatMap((name) => (ambient[name] === undefined ? [] : [[name, ambient[name]] as const]));
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...Object.fromEntries(kept) };
}

/** For git on a mirror alone: no way out. */
export function localEnvironment(base: Environment, mirror: string): Environment {
  return { ...fixed(base), GIT_ALLOW_PROTOCOL: 'none', GIT_DIR: mirror, ...hardened };
}

/** For git that verifies signatures in a mirror, by the host's own list of keys. No other program than ssh-keygen is asked. */
export function verifyingEnvironment(base: Environment, mirror: string, allowedSigners: string): Environment {
  const settings: readonly Setting[] = [
    ...hardening,
    ['gpg.program', '/bin/false'],
    ['gpg.x509.program', '/bin/false'],
    ['gpg.ssh.program', 'ssh-keygen'],
    ['gpg.ssh.allowedSignersFile', allowedSigners],
  ];
  return { ...localEnvironment(base, mirror), ...configured(settings) };
}

/** For git that talks with the one remote, over that remote's protocol only. `mirror` undefined: no repository at all, wherever we are started. */
export function remoteEnvironment(
  base: Environment,
  access: Access,
  place: { mirror: string | undefined } & ControlFolder,
): Environment {
  const { remote, credentials, authorities } = access;
  const environment: Record<string, string> = {
    ...fixed(base),
    GIT_ALLOW_PROTOCOL: remote.kind === 'http' ? remote.scheme : remote.kind,
    GIT_DIR: place.mirror ?? '/dev/null',
    ...configured([...hardening, ...authorization(access)]),
  };
  if (remote.kind === 'http' && authorities !== undefined) environment['GIT_SSL_CAINFO'] = authorities.file;
  if (remote.kind === 'ssh') {
    environment['GIT_SSH_COMMAND'] = shellLine(sshCommand(remote, credentials, place));
    environment['GIT_SSH_VARIANT'] = 'ssh';
  }
  return environment;
}

/** Value of the Authorization header; undefined where none is to be sent. */
export function authorizationHeader({ remote, credentials }: Access): string | undefined {
  if (remote.kind !== 'http' || credentials.kind !== 'token') return undefined;
  const { username, token } = credentials;
  return `Basic ${Buffer.from(`${username}:${token.reveal()}`).toString('base64')}`;
}

function authorization(access: Access): readonly Setting[] {
  const header = authorizationHeader(access);
  if (header === undefined || access.remote.kind !== 'http') return [];
  return [[`http.${access.remote.origin}/.extraHeader`, `Authorization: ${header}`]];
}

const fixed = (base: Environment): Environment => ({
  ...base,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_TERMINAL_PROMPT: '0',
  HOME: '/nonexistent',
  LC_ALL: 'C',
});

/** Settings as git reads them from its environment: they win over every file, and no argument list shows them. */
function configured(settings: readonly Setting[]): Environment {
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}

const hardened = configured(hardening);
