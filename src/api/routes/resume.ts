import { bodyOf, requestTrigger, resumeBody } from '../input.ts';
import type { Route } from './route.ts';

/** `{"app": "NAME", "reason": "…"}`, or `"all": true` for the whole host; the reason is optional → what it means now. */
export const resume: Route = {
  method: 'POST',
  path: '/v1/resume',
  async answer(context, { harbor, keep }) {
    const { app, reason } = await bodyOf(context, resumeBody);
    return context.json(await keep(() => harbor.resume(app, reason, requestTrigger(context))));
  },
};
