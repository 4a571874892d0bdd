import { operateBody, overrideOf } from '../bodies.ts';
import { streamed } from '../line-stream.ts';
import { post } from './route.ts';

export const retry = post({
  path: '/v1/retry',
  right: 'deploy',
  summary: 'Lifts quarantine and waiting, and tries again now; no apps: all that are in trouble',
  body: operateBody,
  answers: { kind: 'progress' },
  answer({ body: { apps, ...override }, trigger }, desk) {
    const asked = { ...trigger, ...overrideOf(override) };
    return streamed(desk, (progress) => desk.harbor.retry(apps, asked, progress));
  },
});
