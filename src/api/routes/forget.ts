import { appOf, bodyOf, mayReasonBody, requestTrigger } from '../input.ts';
import type { Route } from './route.ts';

/** `{"reason": "…"}`, optional → what it means now. */
export const forget: Route = {
  method: 'POST',
  path: '/v1/apps/:app/forget',
  async answer(context, { harbor, keep }) {
    const { reason } = await bodyOf(context, mayReasonBody);
    return context.json(await keep(() => harbor.forget(appOf(context), reason, requestTrigger(context))));
  },
};
