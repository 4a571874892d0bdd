import * as z from 'zod';
import { get } from './route.ts';

export const trace = get({
  path: '/v1/trace',
  right: 'read',
  summary: 'From an image, a container, a commit or a release to the entry that brought it and who let it through',
  query: z.strictObject({
    what: z
      .string()
      .min(1)
      .max(300)
      .meta({ description: 'The first digits of an id, or a name; at least three characters.' }),
  }),
  answers: { kind: 'json', shape: 'trace' },
  answer: async ({ query: { what } }, { harbor }) => ({ what, findings: await harbor.trace(what) }),
});
