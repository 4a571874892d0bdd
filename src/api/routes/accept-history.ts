import { mustReasonBody } from '../bodies.ts';
import { post } from './route.ts';

export const acceptHistory = post({
  path: '/v1/apps/:app/accept-history',
  right: 'operate',
  summary: 'Lets what Git has now through although it does not follow what is deployed',
  body: mustReasonBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ param, body, trigger }, { harbor }) => harbor.acceptHistory(param('app'), body.reason, trigger),
});
