import { rejectBody } from '../bodies.ts';
import { post } from './route.ts';

export const reject = post({
  path: '/v1/apps/:app/reject',
  right: 'approve',
  summary: 'Turns a plan down: it is not performed unless somebody else approves it',
  body: rejectBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ param, body, trigger }, { harbor }) => harbor.reject({ app: param('app'), ...body }, trigger),
});
