import * as z from 'zod';
import { named } from '../bodies.ts';
import { get } from './route.ts';

export const preview = get({
  path: '/v1/preview',
  right: 'read',
  summary: 'What would come of a commit, branch or tag that is not deployed',
  query: named.extend({
    ref: z.string({ error: 'give a branch, tag or commit: ?ref=NAME' }).min(1).max(255),
  }),
  answers: { kind: 'json', shape: 'previews' },
  answer: async ({ query }, { harbor }) => ({ plans: await harbor.preview(query.app, query.ref) }),
});
