import { mustReasonBody } from '../bodies.ts';
import { post } from './route.ts';

export const hold = post({
  path: '/v1/apps/:app/hold',
  right: 'operate',
  summary: 'Pins an app to what is deployed: nothing newer is deployed until it is released',
  body: mustReasonBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ param, body, trigger }, { harbor }) => harbor.hold(param('app'), body.reason, trigger),
});
