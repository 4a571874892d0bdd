import { appsBody, bodyOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"apps": []}`, empty: all that are in trouble → a line a step, then the reports. */
export const retry: Route = {
  method: 'POST',
  path: '/v1/retry',
  async answer(context, desk) {
    const { apps } = await bodyOf(context, appsBody);
    return streamed(desk, (progress) => desk.harbor.retry(apps, requestTrigger(context), progress));
  },
};
