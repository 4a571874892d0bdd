import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { serviceManager } from '../../src/edges/service-manager.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What systemd does: binds a datagram socket and reads what comes. Node cannot; perl is part of every Debian. */
const listener = `use Socket; $| = 1;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_un($ARGV[0])) or die; print "bound\\n";
while (defined recv($s, my $m, 4096, 0)) { $m =~ s/\\n/ /g; print "$m\\n" }`;

async function systemd(folder: string) {
  const socket = join(folder, 'notify');
  const child = spawn('perl', ['-e', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  await vi.waitFor(() => expect(heard).toContain('bound'), { timeout: 10_000 });
  const end = async (): Promise<void> => {
    child.kill();
    await once(child, 'exit');
  };
  return { socket, heard: () => heard, [Symbol.asyncDispose]: end };
}

function manager(environment: Record<string, string>, clock = { now: 0 }) {
  const warn = vi.fn();
  const given = { PATH: process.env['PATH'] ?? '', ...environment };
  return {
    warn,
    clock,
    ...serviceManager({ environment: given, pid: 42, elapsed: () => clock.now, logger: { warn } }),
  };
}

const soon = { timeout: 10_000, interval: 20 };

test('systemd hears that we are ready, that we stop, and as often as its watchdog wants that the loop turns', async () => {
  await using folder = await temporaryFolder();
  await using host = await systemd(folder.path);
  const us = manager({ NOTIFY_SOCKET: host.socket, WATCHDOG_USEC: '3000000', WATCHDOG_PID: '42' });
  await us.ready('keeps 2 apps as Git declares');
  await vi.waitFor(
    () =>
      expect(host.heard()).toMatch(
        /READY=1 .*STATUS=keeps 2 apps as Git declares|STATUS=keeps 2 apps as Git declares .*READY=1/,
      ),
    soon,
  );
  us.alive();
  us.clock.now = 999;
  us.alive();
  us.clock.now = 1000;
  us.alive();
  us.alive();
  await us.stopping();
  await vi.waitFor(() => expect(host.heard()).toContain('STOPPING=1'), soon);
  expect(host.heard().match(/WATCHDOG=1/g)).toHaveLength(1);
  expect(us.warn).not.toHaveBeenCalled();
});

test('a watchdog that watches another process is not told anything', async () => {
  await using folder = await temporaryFolder();
  await using host = await systemd(folder.path);
  const us = manager({ NOTIFY_SOCKET: host.socket, WATCHDOG_USEC: '3000', WATCHDOG_PID: '7' });
  us.clock.now = 1_000_000;
  us.alive();
  await us.stopping();
  await vi.waitFor(() => expect(host.heard()).toContain('STOPPING=1'), soon);
  expect(host.heard()).not.toContain('WATCHDOG');
});

test('nobody listens: nothing is started; a socket that is gone is one warning', async () => {
  const alone = manager({ PATH: '/nonexistent' });
  await alone.ready('');
  expect(alone.warn).not.toHaveBeenCalled();
  const deaf = manager({ NOTIFY_SOCKET: '/nonexistent/socket' });
  await deaf.ready('');
  await deaf.stopping();
  expect(deaf.warn).toHaveBeenCalledTimes(1);
});
