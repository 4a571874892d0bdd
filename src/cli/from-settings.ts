import { resolve } from 'node:path';
import { HarborError } from '../errors.ts';
import { text, type VerbOption } from './option.ts';

/** The repository that the configuration comes from, as the command line or the environment names it. */
export interface FromSettings {
  /** By the keys of `config.from`, and `token_file`. Paths are absolute. */
  readonly values: Readonly<Record<string, string>>;
  /** How each was said: `--config-branch`, `HARBORMASTER_CONFIG_BRANCH`. */
  readonly names: Readonly<Record<string, string>>;
  /** Whether somebody named this host's own file besides. */
  readonly ownIsChosen: boolean;
}

const option = (name: string, value: string, help: string): VerbOption<string | undefined> => {
  const plain = text(name, value, help);
  return {
    ...plain,
    build: () => plain.build().helpGroup('Configuration from Git (each also as HARBORMASTER_CONFIG_…):'),
  };
};

/** By the keys of `config.from`. What has no option stands in the host's own file. */
export const fromOptions = {
  url: option(
    'config-repo',
    'url',
    'repository that the configuration comes from (more --config-…: harbormaster --help)',
  ),
  path: option('config-path', 'path', 'the file in it (harbormaster.yml)'),
  branch: option('config-branch', 'branch', 'branch to follow (main)'),
  tag: option('config-tag', 'tag', 'tag to follow in its place, or a range of versions'),
  interval: option('config-interval', 'duration', 'how often to look at it (60s)'),
  ssh_key: option('config-ssh-key', 'file', 'private key for an ssh URL'),
  known_hosts: option('config-known-hosts', 'file', 'host keys that an ssh URL may answer with'),
  username: option('config-username', 'name', 'user for an https URL with a token (git)'),
  token_file: option('config-token-file', 'file', 'file with the token for an https URL'),
  certificate_authority: option('config-ca', 'file', 'certificate authorities for an https URL'),
} as const;

/** All but the one that says it is so. */
export const furtherOptions: readonly string[] = Object.values(fromOptions)
  .map(({ name }) => name)
  .filter((name) => name !== fromOptions.url.name);

const files = ['ssh_key', 'known_hosts', 'token_file', 'certificate_authority'];

interface Input {
  readonly read: (option: VerbOption<string | undefined>) => string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly ownIsChosen: boolean;
}

/** Undefined: nobody names one. Throws `usage` for what only makes sense with one. */
export function fromSettings({ read, environment, cwd, ownIsChosen }: Input): FromSettings | undefined {
  const said = Object.entries(fromOptions).flatMap(([key, option]): Said[] => {
    const variable = variableOf(option.name);
    const given = read(option);
    const value = given ?? environment[variable];
    if (value === undefined || value === '') return [];
    return [
      {
        key,
        name: given === undefined ? variable : `--${option.name}`,
        value: files.includes(key) ? resolve(cwd, value) : value,
      },
    ];
  });
  const [first] = said;
  if (first === undefined) return undefined;
  if (!said.some(({ key }) => key === 'url'))
    throw new HarborError(`${first.name} says something of a repository that nobody names`, {
      code: 'usage',
      hint: 'Name it with --config-repo URL, or write `config.from` into the configuration of this host.',
    });
  return {
    values: Object.fromEntries(said.map(({ key, value }) => [key, value])),
    names: Object.fromEntries(said.map(({ key, name }) => [key, name])),
    ownIsChosen,
  };
}

interface Said {
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

/** `--config-ssh-key` is HARBORMASTER_CONFIG_SSH_KEY. */
const variableOf = (option: string): string => `HARBORMASTER_${option.toUpperCase().replaceAll('-', '_')}`;

/** As a daemon names the repository that it runs with. */
export const sourceNameOf = ({ values: { url, branch, tag, path } }: FromSettings): string =>
  `${url} ${tag ?? branch ?? 'main'} ${path ?? 'harbormaster.yml'}`;
