import { overrideOf, rollbackBody } from '../bodies.ts';
import { streamed } from '../line-stream.ts';
import { post } from './route.ts';

export const rollback = post({
  path: '/v1/apps/:app/rollback',
  right: 'deploy',
  summary: 'Back to an earlier release, from what is kept on disk',
  body: rollbackBody,
  answers: { kind: 'progress' },
  answer({ param, body: { to, reason, hold, overrideWindow }, trigger }, desk) {
    const asked = { ...trigger, ...overrideOf({ overrideWindow, reason }) };
    const request = { app: param('app'), to, reason, hold };
    return streamed(desk, async (progress) => [await desk.harbor.rollback(request, asked, progress)]);
  },
});
