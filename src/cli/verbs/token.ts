import { withHarbor } from '../harbor-at-hand.ts';
import type { Verb } from '../verb.ts';
import { tokensView } from '../views/token.ts';

export const token: Verb = {
  name: 'token',
  group: 'The daemon',
  summary: 'who may ask the daemon over the network',
  details:
    'The tokens that nobody has revoked, with their roles. What a token is, is told once, when it is made; only a digest of it is kept.',
  examples: [
    { command: 'harbormaster token', does: 'which are there?' },
    { command: 'harbormaster token create ci --role deployer --app "shop-*" --expires 90d', does: 'a new one' },
    {
      command: 'harbormaster token revoke ci --reason "it left with the laptop"',
      does: 'that one opens nothing any more',
    },
  ],
  async run(call) {
    const tokens = await withHarbor(
      call,
      (wired) => wired.reader(call.signal),
      (harbor) => harbor.tokens(),
    );
    call.answer({ tokens }, () => tokensView(tokens, call.now()));
    return 0;
  },
};

export const tokenList: Verb = {
  ...token,
  name: 'token list',
  summary: 'the tokens that nobody has revoked',
  examples: [{ command: 'harbormaster token list --json', does: 'for a program' }],
};
