import { suspendBody } from '../bodies.ts';
import { post } from './route.ts';

export const suspend = post({
  path: '/v1/suspend',
  right: 'operate',
  summary: 'Nothing acts on an app, or on the whole host, for a while',
  body: suspendBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ body: { app, reason, until, forever }, trigger }, { harbor }) =>
    harbor.suspend({ app, reason, until, forever }, trigger),
});
