import { mayReasonBody } from '../bodies.ts';
import { post } from './route.ts';

export const forget = post({
  path: '/v1/apps/:app/forget',
  right: 'operate',
  summary: 'Drops an app that left the configuration, or is about to, and touches nothing',
  body: mayReasonBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ param, body, trigger }, { harbor }) => harbor.forget(param('app'), body.reason, trigger),
});
