import type { Socket } from 'node:net';
import type { Account } from '../model/actor.ts';
import type { Peer } from '../model/peer.ts';
import { run } from './process.ts';

/**
 * Node has no SO_PEERCRED (unix(7)), and /proc does not tell which end belongs to which: perl has it, is on every Debian (perl-base), and is given the
 * connection itself. It prints the process, its user with name, and the user who logged in (/proc/PID/loginuid, which outlives su and sudo) with name.
 */
const script = `
use Socket;
open(my $socket, '+<&=', 3) or exit 1;
my ($pid, $uid) = unpack('iI', getsockopt($socket, SOL_SOCKET, SO_PEERCRED) // exit 1);
my $login = '';
if ($pid && open(my $file, '<', "/proc/$pid/loginuid")) { $login = <$file> // '' }
my $name = sub { $_[0] =~ /^\\d+$/ ? scalar(getpwuid($_[0])) // '' : '' };
print join("\\n", $pid, $uid, $name->($uid), $login, $name->($login)), "\\n";
`;

/** Of /proc/PID/loginuid: nobody logged in. */
const nobody = 2 ** 32 - 1;
const limit = 5_000;

/** Who connected a Unix socket; undefined where that cannot be found out, for want of perl. */
export async function peerOf(socket: Socket, path: string | undefined): Promise<Peer | undefined> {
  const fd = descriptorOf(socket);
  if (fd === undefined) return undefined;
  const env = { LC_ALL: 'C', ...(path !== undefined && { PATH: path }) };
  const asked = await run(['perl', '-e', script], { env, limit, pass: fd }).catch(() => undefined);
  return asked?.exitCode === 0 ? peerIn(asked.stdout.toString('utf8')) : undefined;
}

/** Node tells it nobody, and keeps it in the handle. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

function peerIn(printed: string): Peer | undefined {
  const [, uid, name, login, loginName] = printed.split('\n');
  const account = accountOf(uid, name);
  return account && { account, login: accountOf(login, loginName) };
}

function accountOf(uid: string | undefined, name: string | undefined): Account | undefined {
  if (uid === undefined || !/^\d{1,10}$/.test(uid) || Number(uid) === nobody) return undefined;
  return { uid: Number(uid), name: name === undefined || name === '' ? `uid ${uid}` : name };
}
