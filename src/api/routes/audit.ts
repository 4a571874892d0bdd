import * as z from 'zod';
import { auditQuestion, momentIn } from '../../core/audit.ts';
import { momentOf, when } from '../when.ts';
import { get } from './route.ts';

export const audit = get({
  path: '/v1/apps/:app/audit',
  right: 'read',
  summary: 'What ran of one app when, or what ran at one moment, from the deployment log',
  query: z.strictObject({
    since: when.optional(),
    until: when.optional(),
    at: when.optional().meta({ description: 'One moment, instead of a span of time: in ISO 8601, or how long ago.' }),
  }),
  answers: { kind: 'json', shape: 'audit' },
  async answer({ param, query }, { harbor, now }) {
    const app = param('app');
    const question = auditQuestion(
      {
        since: momentOf('since', query.since, now()),
        until: momentOf('until', query.until, now()),
        at: momentOf('at', query.at, now()),
      },
      now(),
      (name) => `?${name}=`,
    );
    const { host, spans, jumps } = await harbor.audit(app, question);
    if (question.at !== undefined)
      return { app, host, at: question.at.toISOString(), ...momentIn(spans, question.at), jumps };
    const { since, until } = question;
    return { app, host, since: since.toISOString(), until: until?.toISOString(), spans, jumps };
  },
});
