import { HarborError } from '../../errors.ts';
import { get, none } from './route.ts';

export const app = get({
  path: '/v1/apps/:app',
  right: 'read',
  summary: 'One app, looked at closely: what `harbormaster why` tells',
  query: none,
  answers: { kind: 'json', shape: 'app' },
  async answer({ param }, { harbor }) {
    const name = param('app');
    const { apps } = await harbor.status([name]);
    const found = apps.find((each) => each.app === name);
    if (found) return found;
    throw new HarborError(`there is no app ${name}`, { code: 'app-unknown' });
  },
});
