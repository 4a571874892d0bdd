import { appOf, bodyOf, mustReasonBody, requestTrigger } from '../input.ts';
import type { Route } from './route.ts';

/** `{"reason": "…"}` → what it means now. */
export const acceptHistory: Route = {
  method: 'POST',
  path: '/v1/apps/:app/accept-history',
  async answer(context, { harbor, keep }) {
    const { reason } = await bodyOf(context, mustReasonBody);
    return context.json(await keep(() => harbor.acceptHistory(appOf(context), reason, requestTrigger(context))));
  },
};
