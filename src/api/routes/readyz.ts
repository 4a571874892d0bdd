import { get, none } from './route.ts';

export const readyz = get({
  path: '/readyz',
  right: undefined,
  summary:
    'Whether deployments can go on: a line for the log, the engine and the configuration; 503 if one is not well',
  query: none,
  answers: { kind: 'text', type: 'text/plain' },
  async answer(_, { instruments }) {
    const checks = await instruments.ready();
    const lines = checks.map(({ check, failure }) => `${check}: ${failure ?? 'ok'}\n`);
    return new Response(lines.join(''), {
      status: checks.every(({ failure }) => failure === undefined) ? 200 : 503,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  },
});
