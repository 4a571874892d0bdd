import * as z from 'zod';
import { history as shape } from '../record-shapes.ts';
import { get } from './route.ts';

export const history = get({
  path: '/v1/apps/:app/history',
  right: 'read',
  summary: 'Every attempt with one app, the newest first, and what one can go back to',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(20) }),
  answers: { kind: 'json', shape },
  answer: ({ param, query }, { harbor }) => harbor.history(param('app'), query.limit),
});
