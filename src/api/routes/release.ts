import { appOf, bodyOf, mayReasonBody, requestTrigger } from '../input.ts';
import type { Route } from './route.ts';

/** `{"reason": "…"}`, optional → what it means now. */
export const release: Route = {
  method: 'POST',
  path: '/v1/apps/:app/release',
  async answer(context, { harbor, keep }) {
    const { reason } = await bodyOf(context, mayReasonBody);
    return context.json(await keep(() => harbor.release(appOf(context), reason, requestTrigger(context))));
  },
};
