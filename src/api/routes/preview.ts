import { appsOf, refOf } from '../input.ts';
import type { Route } from './route.ts';

/** `?ref=NAME`, and `?app=` as often as one likes. */
export const preview: Route = {
  method: 'GET',
  path: '/v1/preview',
  answer: async (context, { harbor }) => context.json({ plans: await harbor.preview(appsOf(context), refOf(context)) }),
};
