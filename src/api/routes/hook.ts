import * as z from 'zod';
import type { Route } from './route.ts';

const received = z
  .looseObject({ status: z.enum(['accepted', 'duplicate', 'ignored', 'pong']) })
  .meta({ id: 'Received' });

/** Its own proof stands in the message: no token is asked for. */
export const hook: Route = {
  method: 'POST',
  path: '/hooks/:name',
  right: undefined,
  status: 202,
  summary: 'A forge tells that a repository changed: what follows it is looked at',
  query: undefined,
  body: z.looseObject({}).meta({ id: 'ForgeMessage', description: 'As the forge sends it, with its signature.' }),
  answers: { kind: 'json', shape: received },
  answer: async ({ req }, { receive, address }) =>
    Response.json(await receive(req.param('name') ?? '', req.raw, address), { status: 202 }),
};
