import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const sshd = '/usr/sbin/sshd';

/** Tests that need it are skipped without it. */
export const hasSshd = existsSync(sshd);

/** A real OpenSSH server on a loopback port, for the user that runs the tests. */
export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** Of the private key that it lets in. */
  readonly key: string;
  /** Of a known_hosts file with its host key. */
  readonly knownHosts: string;
  url(path: string): string;
  /** From now on it has another host key; `knownHosts` keeps the old one. */
  changeHostKey(): Promise<void>;
  /** Takes connections, or takes them and never says a word. */
  answer(on: boolean): void;
  /** How many connections were opened so far. */
  connections(): number;
}

/** One `sshd -i` for each connection: the port is ours from the first moment on, and nothing is left when it goes. */
export async function sshServer(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-sshd-'));
  const key = await makeKey(folder, 'client');
  let hostKey = await makeKey(folder, 'host');
  const publicHostKey = await readFile(`${hostKey}.pub`, 'utf8');
  const configuration = join(folder, 'sshd_config');
  await writeFile(configuration, settings(folder, key));
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });

  const sockets = new Set<Socket>();
  const children = new Set<ChildProcess>();
  let connections = 0;
  let answers = true;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    if (!answers) return;
    const child = spawn(sshd, ['-i', '-e', '-f', configuration, '-h', hostKey], { stdio: [socket, socket, 'ignore'] });
    children.add(child);
    child.once('close', () => {
      children.delete(child);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${publicHostKey}`);
  return {
    port,
    key,
    knownHosts,
    url: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    changeHostKey: async () => {
      hostKey = await makeKey(folder, 'other-host');
    },
    answer: (on) => {
      answers = on;
    },
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const settings = (folder: string, key: string): string =>
  [
    `AuthorizedKeysFile ${key}.pub`,
    `PidFile ${folder}/sshd.pid`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'AcceptEnv GIT_PROTOCOL',
    'UseDNS no',
    '',
  ].join('\n');

async function makeKey(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return path;
}
