import { mayReasonBody } from '../bodies.ts';
import { post } from './route.ts';

export const revokeToken = post({
  path: '/v1/tokens/:name/revoke',
  right: 'administer',
  ofHost: true,
  summary: 'From then on the token opens nothing',
  body: mayReasonBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ param, body, trigger }, { harbor }) => harbor.revokeToken(param('name'), body.reason, trigger),
});
