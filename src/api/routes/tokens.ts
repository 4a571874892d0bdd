import { get, none } from './route.ts';

export const tokens = get({
  path: '/v1/tokens',
  right: 'administer',
  ofHost: true,
  summary: 'The tokens that nobody has revoked',
  query: none,
  answers: { kind: 'json', shape: 'tokens' },
  answer: async (_, { harbor }) => ({ tokens: await harbor.tokens() }),
});
