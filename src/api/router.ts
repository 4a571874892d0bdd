import { type Context, Hono } from 'hono';
import { canonical } from '../core/digest.ts';
import { HarborError } from '../errors.ts';
import type { Caller } from '../model/access.ts';
import type { Logger } from '../ports.ts';
import { allRoutes } from './all-routes.ts';
import { limitedTo } from './limited.ts';
import { assertMay, assertSees } from './limits.ts';
import { builtInPage, type PageFiles, servePage } from './page.ts';
import { problemOf, problemResponse } from './problem.ts';
import type { Desk, Route } from './routes/route.ts';
import type { Visit } from './visit.ts';

/** A desk before anybody stands at it. */
export type Office = Omit<Desk, 'caller' | 'isKnown' | 'address'> & {
  readonly logger: Logger;
  /** Another dashboard than the one that was built in. */
  readonly page?: PageFiles | undefined;
};

type Router = Hono<{ Bindings: Visit }>;

/** The API without a door: requests in, responses out. Every error leaves as a problem. */
export function createRouter(office: Office): Router {
  const router: Router = new Hono();
  router.use(async (context, next) => {
    await next();
    for (const [name, value] of guards) if (!context.res.headers.has(name)) context.header(name, value);
  });
  for (const route of allRoutes)
    router.on(route.method, route.path, async (context) => {
      const desk = deskFor(await admitted(route, context.env), office, context.env);
      return inTime(context.env.limit, () => route.answer(context, desk));
    });
  servePage(router, office.page ?? builtInPage());
  router.notFound((context) => problemResponse(unknownRoute(context)));
  router.onError((error, { req }) => {
    const problem = problemOf(error);
    if (problem.status === 500) office.logger.error({ error, path: req.path }, 'a request failed');
    return problemResponse(problem);
  });
  return router;
}

/** What is no page is nobody else's to show or to keep. */
const guards = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
] as const;

/** Nobody: of what anybody may ask. */
const nobody: Caller = { kind: 'anonymous', name: undefined, role: 'viewer', apps: [] };

/** Refused before anything of the request is read. */
async function admitted({ right, ofHost, method }: Route, visit: Visit): Promise<Caller> {
  if (right === undefined) {
    visit.count();
    return nobody;
  }
  const caller = await visit.admit(method !== 'GET');
  if (caller === undefined) throw tokenless();
  assertMay(caller, right);
  if (ofHost) assertSees(caller, undefined);
  return caller;
}

const deskFor = (caller: Caller, office: Office, visit: Visit): Desk => ({
  ...office,
  caller,
  address: visit.address,
  isKnown: async () => isSame(caller, await visit.admit(false).catch(() => undefined)),
  harbor: limitedTo(caller, office.harbor),
});

const isSame = (caller: Caller, now: Caller | undefined): boolean =>
  now !== undefined &&
  now.name === caller.name &&
  now.role === caller.role &&
  canonical(now.apps) === canonical(caller.apps);

async function inTime(limit: number | undefined, answer: () => Promise<Response>): Promise<Response> {
  if (limit === undefined) return answer();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(limit)), limit);
  });
  return Promise.race([answer(), late]).finally(() => clearTimeout(timer));
}

const tokenless = (): HarborError =>
  new HarborError('a token is needed', {
    code: 'unauthenticated',
    hint: 'Send Authorization: Bearer hm_…; make one on the host with: harbormaster token create NAME --role viewer',
  });

const tooLate = (limit: number): HarborError =>
  new HarborError(`there was no answer within ${limit / 1000} s`, {
    code: 'timeout',
    hint: 'What was begun goes on. Ask for fewer apps, or later.',
  });

function unknownRoute({ req }: Context) {
  const there = allRoutes.filter(({ path }) => isLike(path, req.path)).map(({ method }) => method);
  const hint = there.length === 0 ? 'GET /v1/openapi.json describes all there is.' : `There is ${there.join(', ')}.`;
  const error = new HarborError(`there is no ${req.method} ${req.path}`, { code: 'usage', hint });
  return problemOf(error, there.length === 0 ? 404 : 405);
}

/** Whether a path such as `/v1/apps/shop` is one of `/v1/apps/:app`. */
const isLike = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index]);
};
