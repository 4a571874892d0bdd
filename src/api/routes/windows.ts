import { windowJson } from '../../core/window-json.ts';
import { named } from '../bodies.ts';
import { get } from './route.ts';

export const windows = get({
  path: '/v1/windows',
  right: 'read',
  summary: 'The windows of the next fourteen days, and which are on now',
  query: named,
  answers: { kind: 'json', shape: 'windows' },
  answer: async ({ query }, { harbor }) => ({ windows: (await harbor.windows(query.app)).map(windowJson) }),
});
