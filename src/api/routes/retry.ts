import { bodyOf, operateBody, overrideOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** As for `apply`; no apps: all that are in trouble → a line a step, then the reports. */
export const retry: Route = {
  method: 'POST',
  path: '/v1/retry',
  async answer(context, desk) {
    const { apps, ...override } = await bodyOf(context, operateBody);
    const trigger = { ...requestTrigger(context), ...overrideOf(override) };
    return streamed(desk, (progress) => desk.harbor.retry(apps, trigger, progress));
  },
};
