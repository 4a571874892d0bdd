import { chmod } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { peerOf } from '../../src/edges/peer.ts';
import { open } from '../../src/edges/process.ts';
import type { Peer } from '../../src/model/peer.ts';
import { temporaryFolder } from './temporary-folder.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const client = (path: string) =>
  `use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un('${path}')) or die; syswrite($s, 'one'); sysread($s, my $b, 9); syswrite($s, 'two'); <STDIN>`;

/** A server that finds out who connects, and what it hears from him before and after. */
async function server(path = env.PATH) {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  await chmod(dirname(folder.path), 0o1777).catch(() => undefined);
  await chmod(folder.path, 0o755);
  const address = `${folder.path}/s`;
  const heard: string[] = [];
  const known = new Promise<{ peer: Peer | undefined; socket: Socket }>((resolve) => {
    const listening = createServer(async (socket) => {
      socket.on('data', (bytes) => heard.push(bytes.toString()));
      resolve({ peer: await peerOf(socket, path), socket });
    });
    listening.listen(address);
    onTestFinished(() => void listening.close());
  });
  await expect.poll(() => chmod(address, 0o777)).toBeUndefined();
  return { address, known, heard };
}

test('the kernel says who is at the other end, and the connection goes on as if nobody had asked', async () => {
  const { address, known, heard } = await server();
  await using _client = await open(['perl', '-e', client(address)], { env });
  const { peer, socket } = await known;
  const { uid, username } = userInfo();
  expect(peer).toMatchObject({ account: { uid, name: username } });
  socket.write('go');
  await expect.poll(() => heard.join('')).toBe('onetwo');
});

test.runIf(process.getuid?.() === 0)('another user is that one, with his name or without', async () => {
  for (const [user, name] of [
    ['65534', 'nobody'],
    ['54321', 'uid 54321'],
  ] as const) {
    const { address, known } = await server();
    const asUser = ['setpriv', `--reuid=${user}`, '--clear-groups', 'perl', '-e', client(address)] as const;
    await using _client = await open([...asUser], { env });
    expect((await known).peer?.account).toEqual({ uid: Number(user), name });
  }
});

test.runIf(process.getuid?.() === 0)('who logged in is known behind root', async () => {
  const { address, known } = await server();
  const login = `open(my $f, '>', '/proc/self/loginuid') or exit 7; print $f '65534'; close($f) or exit 7; ${client(address)}`;
  await using started = await open(['perl', '-e', login], { env });
  const first = await Promise.race([known, started.ended.then(({ exitCode }) => exitCode)]);
  // A kernel without an audit subsystem keeps no logins.
  if (first === 7) return;
  expect((await known).peer).toMatchObject({ account: { uid: 0 }, login: { uid: 65534, name: 'nobody' } });
});

test('without perl nobody is known, and nothing breaks', async () => {
  const { address, known } = await server('/nonexistent');
  await using _client = await open(['perl', '-e', client(address)], { env });
  expect((await known).peer).toBeUndefined();
});
