import { realpathSync } from 'node:fs';
import type { InstallRequest, Invocation, Wired } from '../cli/wired.ts';
import { starter } from '../config/starter.ts';
import { repositoryName } from '../core/repository-name.ts';
import { usualPaths } from '../core/systemd-unit.ts';
import { backup } from '../edges/backup/backup.ts';
import { restore } from '../edges/backup/restore.ts';
import { systemClock } from '../edges/clock.ts';
import { commandsOf, filesOf, type InstallOrder, install } from '../edges/installer/install.ts';
import { dockerOptions, type Frame } from './frame.ts';

/** What prepares a host, and takes it elsewhere. */
export function settingUp({
  invocation,
  environment,
}: Frame): Pick<Wired, 'installation' | 'install' | 'backup' | 'restore'> {
  const { stateDir, hostName, version } = invocation;
  const path = environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return {
    installation(request) {
      const order = orderOf(request, invocation, environment);
      const files = filesOf(order).map((file) => ({
        path: file.path,
        text: 'text' in file.content ? file.content.text : Object.values(file.content).join(''),
      }));
      return { files, commands: commandsOf(order).map((command) => command.join(' ')) };
    },
    install: (request) => install(orderOf(request, invocation, environment)),
    backup: (file) => backup({ stateDir, file, at: systemClock.now(), host: hostName, version, path }),
    restore: (file) => restore({ stateDir, file, path }),
  };
}

function orderOf(
  { kind, image, proxied, url, root, start, config }: InstallRequest,
  { stateDir, version }: Invocation,
  environment: Readonly<Record<string, string>>,
): InstallOrder {
  const { dockerHost } = dockerOptions(environment);
  const socket = dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : '/var/run/docker.sock';
  return {
    paths: { ...usualPaths, node: realpathSync(process.execPath), config, stateDir },
    running: realpathSync(process.argv[1] ?? usualPaths.program),
    starter: url === undefined ? undefined : starter({ url, app: repositoryName(url), branch: 'main' }),
    containment: kind === 'container' ? { image: image ?? `harbormaster:${version}`, socket, proxied } : undefined,
    root,
    start,
    environment,
  };
}
