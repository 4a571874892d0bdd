import { appOf, bodyOf, rejectBody, requestTrigger } from '../input.ts';
import type { Route } from './route.ts';

/** `{"plan": "1a2b3c4d5e6f", "reason": "…"}` → what it means now. */
export const reject: Route = {
  method: 'POST',
  path: '/v1/apps/:app/reject',
  async answer(context, { harbor, keep }) {
    const { plan, reason } = await bodyOf(context, rejectBody);
    const request = { app: appOf(context), plan, reason };
    return context.json(await keep(() => harbor.reject(request, requestTrigger(context))));
  },
};
