import { approveRemovalBody, bodyOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"apps": ["one", "two"], "reason": "…"}`, exactly those that wait → a line a step, then the reports. */
export const approveRemoval: Route = {
  method: 'POST',
  path: '/v1/approve-removal',
  async answer(context, desk) {
    const { apps, reason } = await bodyOf(context, approveRemovalBody);
    return streamed(desk, (progress) => desk.harbor.approveRemoval(apps, reason, requestTrigger(context), progress));
  },
};
