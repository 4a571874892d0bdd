import { operateBody, overrideOf } from '../bodies.ts';
import { streamed } from '../line-stream.ts';
import { post } from './route.ts';

export const apply = post({
  path: '/v1/apply',
  right: 'deploy',
  summary: 'One pass over the named apps, or all of them, now',
  body: operateBody,
  answers: { kind: 'progress' },
  answer({ body: { apps, ...override }, trigger }, desk) {
    const asked = { ...trigger, ...overrideOf(override) };
    return streamed(desk, (progress) => desk.harbor.apply(apps, asked, progress));
  },
});
