import { rights, roles } from '../../core/access.ts';
import { askedBy } from '../../core/actor.ts';
import { HarborError } from '../../errors.ts';
import { withHarbor } from '../harbor-at-hand.ts';
import { choice, list, text } from '../option.ts';
import type { Verb } from '../verb.ts';
import { newTokenView } from '../views/token.ts';

const options = {
  role: choice('role', 'role', 'what it may', roles),
  app: list('app', 'pattern', 'only for apps of such names; * stands for any characters (as often as you like)'),
  expires: text(
    'expires',
    'when',
    'for so long (12h, 90d, 52w), or until a time (2027-01-31T18:00Z); without it: for ever',
  ),
} as const;

export const tokenCreate: Verb = {
  name: 'token create',
  group: 'The daemon',
  summary: 'makes a token, and tells it once',
  operands: '<name>',
  options: Object.values(options),
  details: `The name is who acts by it, in the deployment log: that of a person or a program. Roles: ${roles
    .map((role) => `${role} (${rights(role).join(', ')})`)
    .join('; ')}.`,
  examples: [
    { command: 'harbormaster token create ada@example.org --role approver', does: 'for a person who approves plans' },
    { command: 'harbormaster token create prometheus --role viewer', does: 'for /metrics' },
    { command: 'harbormaster token create ci --role deployer --app "shop-*" --expires 90d', does: 'for a pipeline' },
  ],
  async run(call) {
    const [name = ''] = call.operands;
    const role = call.option(options.role);
    if (role === undefined) throw roleless(name);
    const request = { name, role, apps: call.option(options.app), expires: call.option(options.expires) };
    const made = await withHarbor(
      call,
      (wired) => wired.operator('token create', call.signal),
      (harbor) => harbor.createToken(request, askedBy(call.user)),
    );
    call.answer(made, () => newTokenView(made, call.now()));
    return 0;
  },
};

const roleless = (name: string): HarborError =>
  new HarborError('a token needs a role: what it may', {
    code: 'usage',
    hint: `harbormaster token create ${name} --role ${roles.join('|')}`,
  });
