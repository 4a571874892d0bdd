import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Containment,
  composeFileOf,
  type Installation,
  inContainer,
  onHost,
  type Placed,
  unitFile,
} from '../../core/installation.ts';
import { HarborError } from '../../errors.ts';
import { makeFolder } from '../durable.ts';
import { type Argv, run } from '../process.ts';
import { type Did, place } from './place.ts';

export interface InstallOrder extends Installation {
  /** Undefined: as a service of the host. */
  readonly containment: Containment | undefined;
  /** What stands before every path: `/`, or where a package or an image is made. */
  readonly root: string;
  readonly start: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Installed {
  readonly files: readonly Did[];
  /** What was run, as a person would write it. */
  readonly ran: readonly string[];
  readonly started: boolean;
  /** Why it was not started. */
  readonly waits: string | undefined;
}

/** Milliseconds. Starting waits until the daemon says that it is ready. */
const limit = 120_000;

export const filesOf = (order: InstallOrder): readonly Placed[] =>
  order.containment === undefined ? onHost(order) : inContainer(order, order.containment);

/** Puts everything in place, and starts it where that can be. Doing it again is an upgrade. */
export async function install(order: InstallOrder): Promise<Installed> {
  const files = await place(filesOf(order), order.root);
  await makeFolder(join(order.root, order.paths.stateDir));
  const waits = await whyNotStarted(order);
  if (waits !== undefined) return { files, ran: [], started: false, waits };
  const commands = commandsOf(order);
  for (const command of commands) await succeed(command, order.environment);
  return { files, ran: commands.map((command) => command.join(' ')), started: true, waits: undefined };
}

/** The commands that start it, also anew with another version. */
export function commandsOf({ containment, paths }: Pick<InstallOrder, 'containment' | 'paths'>): readonly Argv[] {
  if (containment !== undefined)
    return [['docker', 'compose', '--file', composeFileOf(paths), 'up', '--detach', '--remove-orphans']];
  const unit = unitFile.slice(unitFile.lastIndexOf('/') + 1);
  return [
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'enable', unit],
    ['systemctl', 'restart', unit],
  ];
}

async function whyNotStarted({ start, root, paths, containment }: InstallOrder): Promise<string | undefined> {
  if (root !== '/') return 'it was put elsewhere than on this host (--root)';
  if (!(await isThere(paths.config))) return `there is no ${paths.config} yet`;
  if (!start) return 'you said --no-start';
  if (containment === undefined && !(await isThere('/run/systemd/system'))) return 'this host does not run systemd';
  return undefined;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function succeed(command: Argv, environment: Readonly<Record<string, string>>): Promise<void> {
  const { exitCode, stderr } = await run(command, { env: environment, limit });
  if (exitCode === 0) return;
  const said = stderr.trim().split('\n').slice(-3).join('\n');
  throw new HarborError(`\`${command.join(' ')}\` failed${said === '' ? '' : `: ${said}`}`, {
    code: 'engine-refused',
    hint:
      command[0] === 'docker'
        ? 'Is the image there? Make it from the repository: docker build --tag harbormaster . Then install again.'
        : 'See: journalctl --unit harbormaster --lines 50. Nothing that runs was stopped.',
  });
}
