import { appOf, bodyOf, overrideOf, requestTrigger, rollbackBody } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"reason": "…", "to": "a1b2c3", "hold": false, "overrideWindow": false}` → a line a step, then the report. */
export const rollback: Route = {
  method: 'POST',
  path: '/v1/apps/:app/rollback',
  async answer(context, desk) {
    const { to, reason, hold, overrideWindow } = await bodyOf(context, rollbackBody);
    const trigger = { ...requestTrigger(context), ...overrideOf({ overrideWindow, reason }) };
    const request = { app: appOf(context), to, reason, hold };
    return streamed(desk, async (progress) => [await desk.harbor.rollback(request, trigger, progress)]);
  },
};
