import { appsOf } from '../input.ts';
import type { Route } from './route.ts';

/** `?app=` as often as one likes; none: all. */
export const plan: Route = {
  method: 'GET',
  path: '/v1/plan',
  answer: async (context, { harbor }) => context.json({ plans: await harbor.plan(appsOf(context)) }),
};
