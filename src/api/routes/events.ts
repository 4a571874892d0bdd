import * as z from 'zod';
import { HarborError } from '../../errors.ts';
import { eventStream } from '../event-stream.ts';
import { type Desk, get } from './route.ts';

const seq = z.coerce.number().int().min(0);
const query = z.strictObject({
  after: seq.optional().meta({
    description:
      'Number of the newest entry that is known; without it, and without `Last-Event-ID`: only what comes from now on.',
  }),
});

export const events = get({
  path: '/v1/events',
  right: 'read',
  summary:
    'What happens, as server-sent events without an end: entries of the log, progress, and hints to ask for the status',
  query,
  answers: { kind: 'events' },
  answer: async (asked, desk) => {
    const from = asked.query.after ?? lastOf(asked.header('last-event-id')) ?? (await newest(desk));
    return eventStream(from, desk);
  },
});

function lastOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const given = seq.safeParse(text);
  if (given.success) return given.data;
  throw new HarborError(`Last-Event-ID is the number of an entry, and not '${text.slice(0, 40)}'`, { code: 'usage' });
}

async function newest({ harbor }: Desk): Promise<number> {
  const { entries, next } = await harbor.log({}, { order: 'newest', before: undefined, limit: 1 });
  // The newest may be one that is not for the caller.
  return entries[0]?.seq ?? next ?? 0;
}
