import { HarborError } from '../../errors.ts';
import { flag, text } from '../option.ts';
import type { Call, Verb } from '../verb.ts';
import { dryInstallView, installView } from '../views/install.ts';
import type { InstallRequest } from '../wired.ts';

const options = {
  container: flag('container', 'run it in a container, by Compose, instead of as a systemd service'),
  socketProxy: flag('socket-proxy', 'with --container: put a proxy that allows only what is needed before the engine'),
  image: text('image', 'image', 'with --container: the image to run (default: harbormaster:VERSION)'),
  url: text('url', 'url', 'Git repository for a first configuration, where there is none yet'),
  root: text('root', 'dir', 'put everything below this folder, and start nothing: for packages and images'),
  noStart: flag('leave-stopped', 'put everything in place, and start nothing'),
  dryRun: flag('dry-run', 'print the files and commands, and do nothing'),
} as const;

export const install: Verb = {
  name: 'install',
  group: 'Set up',
  summary: 'sets Harbormaster up on this host: a systemd service, or a container',
  options: Object.values(options),
  details: `Writes the program, a hardened unit (or a compose file), makes the state folder, and starts it if there is a configuration. With a newer version it is an upgrade:
apps keep running meanwhile. A configuration and a compose file that are there stay as they are.`,
  examples: [
    { command: 'harbormaster install', does: 'a systemd service, with /etc/harbormaster/harbormaster.yml' },
    {
      command: 'harbormaster install --url https://git.example.com/team/shop.git',
      does: 'and a first configuration',
    },
    { command: 'harbormaster install --container --socket-proxy', does: 'a container that never sees the socket' },
    { command: 'harbormaster install --dry-run', does: 'what it would write' },
  ],
  async run(call) {
    const request = requestOf(call);
    const wired = await call.wired();
    if (call.option(options.dryRun)) {
      const dry = wired.installation(request);
      call.answer(dry, () => dryInstallView(dry));
      return 0;
    }
    const installed = await wired.install(request);
    call.answer(installed, () => installView(installed, request));
    return 0;
  },
};

function requestOf({ option, settings }: Call): InstallRequest {
  const container = option(options.container);
  const [image, proxied] = [option(options.image), option(options.socketProxy)];
  if (!container && (image !== undefined || proxied)) {
    throw new HarborError('--image and --socket-proxy are for an installation in a container', {
      code: 'usage',
      hint: 'Say --container, too.',
    });
  }
  return {
    kind: container ? 'container' : 'systemd',
    image,
    proxied,
    url: option(options.url),
    root: option(options.root) ?? '/',
    start: !option(options.noStart),
    // Not the one of the folder that somebody happens to be in.
    config: settings.configIsChosen ? settings.configFile : '/etc/harbormaster/harbormaster.yml',
  };
}
