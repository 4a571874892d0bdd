import { appsBody, bodyOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"apps": []}`, empty: all → a line a step, then the reports. */
export const apply: Route = {
  method: 'POST',
  path: '/v1/apply',
  async answer(context, desk) {
    const { apps } = await bodyOf(context, appsBody);
    return streamed(desk, (progress) => desk.harbor.apply(apps, requestTrigger(context), progress));
  },
};
