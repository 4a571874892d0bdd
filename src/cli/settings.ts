import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { type FromSettings, fromOptions, fromSettings } from './from-settings.ts';
import { flag, text, type VerbOption } from './option.ts';

/** What every verb understands. */
export const globalOptions = {
  config: text(
    'config',
    'file',
    'configuration (HARBORMASTER_CONFIG; ./harbormaster.yml, else /etc/harbormaster/harbormaster.yml)',
  ),
  stateDir: text(
    'state-dir',
    'dir',
    'state directory (HARBORMASTER_STATE_DIR; /var/lib/harbormaster for root, else ~/.local/state)',
  ),
  json: flag('json', 'results and errors as JSON on stdout'),
  colour: {
    name: 'color',
    build: () => new Option('--no-color', 'no colours (NO_COLOR; FORCE_COLOR=1 for always)'),
    read: (raw: unknown) => raw !== false,
  },
  ...fromOptions,
} as const;

export interface Settings {
  /** Absolute. */
  readonly configFile: string;
  /** Whether somebody named it, by option or environment. */
  readonly configIsChosen: boolean;
  /** The repository that the configuration comes from besides, if somebody names one here. */
  readonly from: FromSettings | undefined;
  /** Absolute. */
  readonly stateDir: string;
}

/** What the machine adds to the arguments. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isRoot: boolean;
  exists(file: string): boolean;
}

type Read = <Value>(option: VerbOption<Value>) => Value;

export function settingsOf(read: Read, around: Surroundings): Settings {
  const { environment, cwd } = around;
  const chosen = read(globalOptions.config) ?? filled(environment['HARBORMASTER_CONFIG']);
  const stateDir =
    read(globalOptions.stateDir) ?? filled(environment['HARBORMASTER_STATE_DIR']) ?? defaultStateDir(around);
  const from = fromSettings({ read, environment, cwd, ownIsChosen: chosen !== undefined });
  return {
    configFile: resolve(cwd, chosen ?? (from === undefined ? defaultConfig(around) : installed)),
    configIsChosen: chosen !== undefined,
    from,
    stateDir: resolve(cwd, stateDir),
  };
}

const installed = '/etc/harbormaster/harbormaster.yml';

function defaultConfig({ cwd, exists }: Surroundings): string {
  const here = join(cwd, 'harbormaster.yml');
  return exists(here) ? here : installed;
}

function defaultStateDir({ isRoot, environment, cwd }: Surroundings): string {
  if (isRoot) return '/var/lib/harbormaster';
  const base = filled(environment['XDG_STATE_HOME']) ?? join(filled(environment['HOME']) ?? cwd, '.local', 'state');
  return join(base, 'harbormaster');
}

/** How to print, known before the arguments are understood: also what is wrong with them must come out right. */
export function mannerOf(argv: readonly string[], environment: Surroundings['environment']) {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return { json: options.includes('--json'), colours: coloursOf(options.includes('--no-color'), environment) };
}

/** https://no-color.org: any value but the empty one. Undefined: on a terminal. */
function coloursOf(noColour: boolean, environment: Surroundings['environment']): boolean | undefined {
  if (noColour || filled(environment['NO_COLOR']) !== undefined) return false;
  const forced = filled(environment['FORCE_COLOR']);
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return environment['TERM'] === 'dumb' ? false : undefined;
}

const filled = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
