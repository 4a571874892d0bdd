import { adoptBody } from '../bodies.ts';
import { streamed } from '../line-stream.ts';
import { post } from './route.ts';

export const adopt = post({
  path: '/v1/apps/:app/adopt',
  right: 'operate',
  summary: 'Takes over a project that somebody else started',
  body: adoptBody,
  answers: { kind: 'progress' },
  answer({ param, body: { from, reason }, trigger }, desk) {
    const request = { app: param('app'), from, reason };
    return streamed(desk, async (progress) => [await desk.harbor.adopt(request, trigger, progress)]);
  },
});
