import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { userOf } from '../core/actor.ts';
import type { Account, UserActor } from '../model/actor.ts';

/** Of /proc/self/loginuid: nobody logged in. */
const nobody = 2 ** 32 - 1;

/** Who runs this process; behind root, who logged in, or by `SUDO_USER` who called sudo. A user id without a name is a user all the same. */
export function ownUser(environment: Readonly<Record<string, string | undefined>>): UserActor {
  const uid = process.geteuid?.() ?? 0;
  const claim = environment['SUDO_USER'];
  return userOf({ account: { uid, name: nameOf(uid) }, login: login(), claim: claim === '' ? undefined : claim });
}

/** See proc_pid_loginuid(5). */
function login(): Account | undefined {
  const uid = Number(read('/proc/self/loginuid') ?? nobody);
  return uid === nobody || !Number.isInteger(uid) ? undefined : { uid, name: nameOf(uid) };
}

function nameOf(uid: number): string {
  if (uid === process.geteuid?.()) {
    try {
      return userInfo().username;
    } catch {
      return `uid ${uid}`;
    }
  }
  const lines = (read('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  return lines.find(([, , id]) => id === String(uid))?.[0] ?? `uid ${uid}`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
