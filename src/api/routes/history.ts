import * as z from 'zod';
import { get } from './route.ts';

export const history = get({
  path: '/v1/apps/:app/history',
  right: 'read',
  summary: 'Every attempt with one app, the newest first, and what one can go back to',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(20) }),
  answers: { kind: 'json', shape: 'history' },
  answer: ({ param, query }, { harbor }) => harbor.history(param('app'), query.limit),
});
