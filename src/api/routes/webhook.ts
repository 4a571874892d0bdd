import * as z from 'zod';
import type { Route } from './route.ts';

/** Its proof stands in the message itself, so that no token is asked for. */
export const webhook: Route = {
  method: 'POST',
  path: '/webhooks/:name',
  right: undefined,
  status: 202,
  summary: 'A forge tells of a push: Git is looked at for what follows that repository; see docs/webhooks.md',
  query: undefined,
  body: z.looseObject({}).meta({ id: 'Push', description: 'As the forge sends it, with its signature in a header.' }),
  answers: { kind: 'json', shape: 'received' },
  answer: async ({ req }, { receive, address }) =>
    Response.json(await receive(req.param('name') ?? '', req.raw, address), { status: 202 }),
};
