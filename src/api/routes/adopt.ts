import { adoptBody, appOf, bodyOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"from": "INSTANCE", "reason": "…"}`, both optional → a line a step, then the report. */
export const adopt: Route = {
  method: 'POST',
  path: '/v1/apps/:app/adopt',
  async answer(context, desk) {
    const { from, reason } = await bodyOf(context, adoptBody);
    const request = { app: appOf(context), from, reason };
    return streamed(desk, async (progress) => [await desk.harbor.adopt(request, requestTrigger(context), progress)]);
  },
};
