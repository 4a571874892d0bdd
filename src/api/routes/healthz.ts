import { get, none } from './route.ts';

export const healthz = get({
  path: '/healthz',
  right: undefined,
  summary: 'That the process answers; nothing is looked at',
  query: none,
  answers: { kind: 'text', type: 'text/plain' },
  answer: () => new Response('ok\n', { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
});
