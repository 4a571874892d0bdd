import { get, none } from './route.ts';

export const doctor = get({
  path: '/v1/doctor',
  right: 'operate',
  ofHost: true,
  summary: 'Whether the machine is fit: engine, Compose, Git, permissions, clock, disk',
  query: none,
  answers: { kind: 'json', shape: 'checks' },
  answer: async (_, { doctor: examine }) => ({ checks: await examine() }),
});
