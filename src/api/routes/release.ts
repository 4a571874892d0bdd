import { mayReasonBody } from '../bodies.ts';
import { post } from './route.ts';

export const release = post({
  path: '/v1/apps/:app/release',
  right: 'operate',
  summary: 'Ends a hold: what Git asks for is deployed in the next pass',
  body: mayReasonBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ param, body, trigger }, { harbor }) => harbor.release(param('app'), body.reason, trigger),
});
