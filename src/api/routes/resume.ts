import { resumeBody } from '../bodies.ts';
import { post } from './route.ts';

export const resume = post({
  path: '/v1/resume',
  right: 'operate',
  summary: 'Ends the suspension of an app, or that of the host',
  body: resumeBody,
  answers: { kind: 'json', shape: 'noted' },
  answer: ({ body: { app, reason }, trigger }, { harbor }) => harbor.resume(app, reason, trigger),
});
