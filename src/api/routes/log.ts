import * as z from 'zod';
import { kindsOfEntries } from '../../core/entry-kinds.ts';
import { HarborError } from '../../errors.ts';
import type { LogQuery, PageRequest } from '../../model/log-query.ts';
import { momentOf, when } from '../when.ts';
import { get } from './route.ts';

const seq = z.coerce.number().int().min(0);
const text = z.string().min(1).max(200);
const query = z.strictObject({
  app: z.array(z.string().min(1).max(200)).max(1_000).default([]),
  kind: z.array(z.enum(kindsOfEntries)).default([]),
  outcome: z.array(z.enum(['unchanged', 'applied', 'blocked', 'failed', 'interrupted', 'superseded'])).default([]),
  service: z.array(text).max(100).default([]).meta({ description: 'Only what touched one of them.' }),
  revision: text.optional().meta({ description: 'The first digits of a commit, at least four, or a branch or tag.' }),
  author: text.optional().meta({ description: 'Part of the name or e-mail address of a commit’s author.' }),
  actor: text.optional().meta({ description: 'A user, `token:NAME`, `webhook:FORGE`, or a kind such as `schedule`.' }),
  since: when.optional(),
  until: when.optional(),
  steps: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Also each step of an operation as it began.' }),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: seq
    .optional()
    .meta({ description: 'Newest first, of those before this number. Without it: from the newest on.' }),
  after: seq.optional().meta({ description: 'Oldest first, of those after this number.' }),
});

type Query = z.output<typeof query>;

export const log = get({
  path: '/v1/log',
  right: 'read',
  summary: 'Entries of the deployment log, a page at a time',
  query,
  answers: { kind: 'json', shape: 'logPage' },
  answer: (asked, { harbor, now }) => harbor.log(queryOf(asked.query, now()), pageOf(asked.query)),
});

function queryOf({ app, kind: kinds, outcome: outcomes, steps, service, ...rest }: Query, now: Date): LogQuery {
  const since = momentOf('since', rest.since, now);
  const until = momentOf('until', rest.until, now);
  return {
    apps: app,
    services: service,
    revision: rest.revision,
    author: rest.author,
    actor: rest.actor,
    steps: steps === 'true',
    ...(kinds.length > 0 && { kinds }),
    ...(outcomes.length > 0 && { outcomes }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

function pageOf({ before, after, limit }: Query): PageRequest {
  if (after === undefined) return { order: 'newest', before, limit };
  if (before === undefined) return { order: 'oldest', after, limit };
  throw new HarborError('a page is either before an entry or after one', {
    code: 'usage',
    hint: 'Give ?before= for the newest first, or ?after= for the oldest first.',
  });
}
