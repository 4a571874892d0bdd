import { appOf, bodyOf, mustReasonBody, requestTrigger } from '../input.ts';
import type { Route } from './route.ts';

/** `{"reason": "…"}` → what it means now. */
export const hold: Route = {
  method: 'POST',
  path: '/v1/apps/:app/hold',
  async answer(context, { harbor, keep }) {
    const { reason } = await bodyOf(context, mustReasonBody);
    return context.json(await keep(() => harbor.hold(appOf(context), reason, requestTrigger(context))));
  },
};
