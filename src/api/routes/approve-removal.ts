import { approveRemovalBody } from '../bodies.ts';
import { streamed } from '../line-stream.ts';
import { post } from './route.ts';

export const approveRemoval = post({
  path: '/v1/approve-removal',
  right: 'approve',
  summary: 'Lets go exactly these apps, which wait because too many left the configuration at once',
  body: approveRemovalBody,
  answers: { kind: 'progress' },
  answer: ({ body: { apps, reason }, trigger }, desk) =>
    streamed(desk, (progress) => desk.harbor.approveRemoval(apps, reason, trigger, progress)),
});
