import { named } from '../bodies.ts';
import { get } from './route.ts';

export const plan = get({
  path: '/v1/plan',
  right: 'read',
  summary: 'What would happen, why, and what forbids it',
  query: named,
  answers: { kind: 'json', shape: 'plans' },
  answer: async ({ query }, { harbor }) => ({ plans: await harbor.plan(query.app) }),
});
