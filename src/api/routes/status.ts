import { named } from '../bodies.ts';
import { get } from './route.ts';

export const status = get({
  path: '/v1/status',
  right: 'read',
  summary: 'The five answers of each app; Git is not asked',
  query: named,
  answers: { kind: 'json', shape: 'host' },
  answer: ({ query }, { harbor }) => harbor.status(query.app),
});
