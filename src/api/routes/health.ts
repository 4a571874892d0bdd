import { healthOf, healthPath } from '../health.ts';
import { get, none } from './route.ts';

export const health = get({
  path: healthPath,
  right: 'read',
  summary: 'That the daemon answers, and with which configuration; nothing of the host is looked at',
  query: none,
  answers: { kind: 'json', shape: 'health' },
  answer: (_, desk) => healthOf(desk),
});
