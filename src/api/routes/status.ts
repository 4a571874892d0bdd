import { appsOf } from '../input.ts';
import type { Route } from './route.ts';

/** `?app=` as often as one likes; none: all. */
export const status: Route = {
  method: 'GET',
  path: '/v1/status',
  answer: async (context, { harbor }) => context.json(await harbor.status(appsOf(context))),
};
