import { approveBody } from '../bodies.ts';
import { streamed } from '../line-stream.ts';
import { post } from './route.ts';

export const approve = post({
  path: '/v1/apps/:app/approve',
  right: 'approve',
  summary: 'Agrees to the plan as it is now; the last approval that was missing deploys at once',
  body: approveBody,
  answers: { kind: 'progress' },
  answer({ param, body: { plan, reason }, trigger }, desk) {
    const request = { app: param('app'), plan, reason };
    return streamed(desk, async (progress) => [await desk.harbor.approve(request, trigger, progress)]);
  },
});
