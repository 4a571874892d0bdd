import { exposition, expositionType } from '../../core/exposition.ts';
import { get, none } from './route.ts';

export const metrics = get({
  path: '/metrics',
  right: 'read',
  ofHost: true,
  summary: 'The host, its apps and the process as metrics for Prometheus',
  query: none,
  answers: { kind: 'text', type: 'text/plain' },
  answer: async (_, { instruments }) =>
    new Response(exposition(await instruments.metrics()), { headers: { 'content-type': expositionType } }),
});
