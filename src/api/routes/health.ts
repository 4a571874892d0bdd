import type { Route } from './route.ts';

/** That the daemon's event loop turns, and with which configuration; nothing of the host is looked at. */
export const health: Route = {
  method: 'GET',
  path: '/v1/health',
  answer: (context, { pid, version, configFile, from }) =>
    context.json({ status: 'ok', pid, version, config: configFile, from: from() }),
};
