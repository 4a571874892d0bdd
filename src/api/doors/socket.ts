import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { HarborError } from '../../errors.ts';
import { daemonAnswers, longestSocketPath, somebodyListens } from '../probe.ts';

/** How long another daemon may take to say who it is. Milliseconds. */
const grace = 1_000;

/** Opens a socket that only its owner may use. Throws `lock-held` if somebody answers there already, `state-unwritable` if it cannot be opened. */
export async function openSocket(server: Server, socketPath: string): Promise<void> {
  await makeWay(socketPath);
  try {
    server.listen(socketPath);
    await once(server, 'listening');
    // Until here an ordinary umask lets others look at it, not connect; and `run/` is closed to them anyway.
    await chmod(socketPath, 0o600);
  } catch (cause) {
    server.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarborError(`the socket ${socketPath} cannot be opened: ${why}`, {
      code: 'state-unwritable',
      hint: 'Is the state directory writable, and on a file system that knows sockets? Another one: --state-dir DIR.',
      cause,
    });
  }
}

/** Removes what a daemon that died left behind, and nothing else. */
async function makeWay(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > longestSocketPath) {
    throw new HarborError(`the path of the socket is too long: ${socketPath}`, {
      code: 'state-unwritable',
      hint: `Choose a shorter --state-dir: the system allows ${longestSocketPath} bytes.`,
    });
  }
  const found = await lstat(socketPath).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new HarborError(`${socketPath} is no socket`, {
      code: 'state-unwritable',
      hint: 'It is not ours: move it away.',
    });
  }
  if (await somebodyListens(socketPath)) throw occupied(socketPath, (await daemonAnswers(socketPath, grace))?.pid);
  await unlink(socketPath);
}

const occupied = (socketPath: string, pid: number | undefined): HarborError =>
  new HarborError(`another Harbormaster listens on ${socketPath}${pid === undefined ? '' : ` (pid ${pid})`}`, {
    code: 'lock-held',
    hint: 'Stop that one first, or give this one its own --state-dir.',
  });
