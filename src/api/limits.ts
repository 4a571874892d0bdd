import { may, rolesWith, seesApp, seesHost } from '../core/access.ts';
import { HarborError } from '../errors.ts';
import type { Caller, Right } from '../model/access.ts';

/** Throws `forbidden` where the caller's role has not the right. */
export function assertMay(caller: Caller, right: Right): void {
  if (may(caller, right)) return;
  const needed = rolesWith(right).join(', ');
  throw new HarborError(`${who(caller)} may not do that: it is for ${needed}`, {
    code: 'forbidden',
    hint:
      caller.kind === 'anonymous'
        ? 'Send a token: Authorization: Bearer hm_…'
        : `Somebody with the role admin makes a token with more rights: harbormaster token create NAME --role ${rolesWith(right)[0]}`,
  });
}

/** Throws `forbidden` where the app is none of the caller's; undefined: the whole host. */
export function assertSees(caller: Caller, app: string | undefined): void {
  if (app === undefined ? seesHost(caller) : seesApp(caller, app)) return;
  const what = app === undefined ? 'that concerns the whole host' : `${app} is none of them`;
  throw new HarborError(`${who(caller)} is for ${caller.apps.join(', ')} only, and ${what}`, {
    code: 'forbidden',
    hint: app === undefined ? 'Name the apps that are meant, or use a token for every app.' : undefined,
  });
}

const who = ({ kind, name, role }: Caller): string => {
  if (kind === 'anonymous') return `whoever has no token (${role})`;
  return kind === 'token' ? `the token ${name} (${role})` : 'this user';
};
