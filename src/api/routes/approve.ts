import { appOf, approveBody, bodyOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"plan": "1a2b3c4d5e6f", "reason": "…"}`, the reason optional → a line a step, then the report: deployed, or what is still missing. */
export const approve: Route = {
  method: 'POST',
  path: '/v1/apps/:app/approve',
  async answer(context, desk) {
    const { plan, reason } = await bodyOf(context, approveBody);
    const request = { app: appOf(context), plan, reason };
    return streamed(desk, async (progress) => [await desk.harbor.approve(request, requestTrigger(context), progress)]);
  },
};
