import { bodyOf, requestTrigger, suspendBody } from '../input.ts';
import type { Route } from './route.ts';

/** `{"app": "NAME", "reason": "…", "until": "2h"}`, or `"all": true` for the whole host, or `"forever": true` → what it means now. */
export const suspend: Route = {
  method: 'POST',
  path: '/v1/suspend',
  async answer(context, { harbor, keep }) {
    const { app, reason, until, forever } = await bodyOf(context, suspendBody);
    return context.json(await keep(() => harbor.suspend({ app, reason, until, forever }, requestTrigger(context))));
  },
};
