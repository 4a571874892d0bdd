import { get, none } from './route.ts';

export const orphans = get({
  path: '/v1/orphans',
  right: 'read',
  ofHost: true,
  summary: 'What is left on the host of apps that are not declared, and what removes it; removes nothing',
  query: none,
  answers: { kind: 'json', shape: 'orphans' },
  answer: async (_, { harbor }) => ({ orphans: await harbor.orphans() }),
});
