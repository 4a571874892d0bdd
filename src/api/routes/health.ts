import { health as shape } from '../record-shapes.ts';
import { get, none } from './route.ts';

export const health = get({
  path: '/v1/health',
  right: 'read',
  summary: 'That the daemon answers, and with which configuration; nothing of the host is looked at',
  query: none,
  answers: { kind: 'json', shape },
  answer: (_, { pid, version, configFile, from }) => ({ status: 'ok', pid, version, config: configFile, from: from() }),
});
