import { rights } from '../../core/access.ts';
import { get, none } from './route.ts';

export const me = get({
  path: '/v1/me',
  right: 'read',
  summary: 'Whom the token stands for, and what it may',
  query: none,
  answers: { kind: 'json', shape: 'me' },
  answer: (_, { caller }) => ({ ...caller, rights: rights(caller.role) }),
});
