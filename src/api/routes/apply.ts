import { bodyOf, operateBody, overrideOf, requestTrigger } from '../input.ts';
import { streamed } from '../line-stream.ts';
import type { Route } from './route.ts';

/** `{"apps": [], "overrideWindow": true, "ignoreOrder": true, "reason": "…"}`; no apps: all, which overrides nothing → a line a step, then the reports. */
export const apply: Route = {
  method: 'POST',
  path: '/v1/apply',
  async answer(context, desk) {
    const { apps, ...override } = await bodyOf(context, operateBody);
    const trigger = { ...requestTrigger(context), ...overrideOf(override) };
    return streamed(desk, (progress) => desk.harbor.apply(apps, trigger, progress));
  },
};
