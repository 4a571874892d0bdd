import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HarborError } from '../errors.ts';
import { introduction } from './introduction.ts';
import { problemOf, problemResponse } from './problem.ts';
import { routes } from './routes/index.ts';
import type { Desk } from './routes/route.ts';

const mostBytes = 64 * 1024;

/** The API without a socket: requests in, responses out. Every error leaves as a problem. */
export function createRouter(desk: Desk): Hono {
  const router = new Hono();
  router.use(bodyLimit({ maxSize: mostBytes, onError: () => problemResponse(tooLarge()) }));
  router.use(introduction(desk));
  for (const { method, path, answer } of routes) router.on(method, path, (context) => answer(context, desk));
  router.notFound(({ req }) => problemResponse(unknownRoute(req.method, req.path)));
  router.onError((error) => problemResponse(problemOf(error)));
  return router;
}

const tooLarge = () => problemOf(new HarborError(`the body is larger than ${mostBytes} bytes`, { code: 'usage' }), 413);

const unknownRoute = (method: string, path: string) =>
  problemOf(
    new HarborError(`there is no ${method} ${path}`, {
      code: 'usage',
      hint: `There are: ${routes.map((route) => `${route.method} ${route.path}`).join(', ')}.`,
    }),
    404,
  );
