import { describe, expect, test } from 'vitest';
import { allRoutes } from '../../src/api/all-routes.ts';
import { answerShapes } from '../../src/api/answer-shapes.ts';
import { createRouter } from '../../src/api/router.ts';
import type { Visit } from '../../src/api/visit.ts';
import { roles } from '../../src/core/access.ts';
import type { Caller, Role } from '../../src/model/access.ts';
import type { Entry } from '../../src/model/entry.ts';
import { appStatus, passed } from '../cli/builders.ts';
import { finished, stamped, started } from '../core/entries.ts';
import { officeOf } from './rig.ts';

const visitOf = (caller: Caller | undefined): Visit => ({
  admit: async () => caller,
  limit: undefined,
  address: '192.0.2.1',
  count: () => undefined,
});

const token = (role: Role, ...apps: readonly string[]): Caller => ({
  kind: 'token',
  name: `${role}-token`,
  role,
  apps,
});

const everybody: readonly Role[] = roles;
const deployers: readonly Role[] = ['deployer', 'operator', 'admin'];
const approvers: readonly Role[] = ['approver', 'admin'];
const operators: readonly Role[] = ['operator', 'admin'];
const admins: readonly Role[] = ['admin'];

interface Expected {
  readonly who: readonly Role[] | 'anybody';
  readonly body?: object;
  /** What a token for the app `shop` alone gets: of its app, or nothing at all because it is the host's. */
  readonly scoped: 'served' | 'refused';
}

const because = { reason: 'why' };
const plan = { plan: '123456789abc', ...because };

/** Who may ask what, as docs/api.md promises. A route that is missing here is a failure. */
const table: Readonly<Record<string, Expected>> = {
  'GET /v1/health': { who: everybody, scoped: 'served' },
  'GET /v1/openapi.json': { who: 'anybody', scoped: 'served' },
  'GET /v1/me': { who: everybody, scoped: 'served' },
  'GET /v1/status': { who: everybody, scoped: 'served' },
  'GET /v1/plan': { who: everybody, scoped: 'served' },
  'GET /v1/preview': { who: everybody, scoped: 'served' },
  'GET /v1/apps/:app': { who: everybody, scoped: 'served' },
  'GET /v1/apps/:app/history': { who: everybody, scoped: 'served' },
  'GET /v1/apps/:app/audit': { who: everybody, scoped: 'served' },
  'GET /v1/trace': { who: everybody, scoped: 'served' },
  'GET /v1/windows': { who: everybody, scoped: 'served' },
  'GET /v1/orphans': { who: everybody, scoped: 'refused' },
  'GET /v1/log': { who: everybody, scoped: 'served' },
  'GET /v1/log/:seq': { who: everybody, scoped: 'served' },
  'GET /v1/verify': { who: everybody, scoped: 'refused' },
  'GET /v1/doctor': { who: operators, scoped: 'refused' },
  'POST /v1/apply': { who: deployers, body: { apps: ['shop'] }, scoped: 'served' },
  'POST /v1/retry': { who: deployers, body: { apps: ['shop'] }, scoped: 'served' },
  'POST /v1/apps/:app/rollback': { who: deployers, body: because, scoped: 'served' },
  'POST /v1/apps/:app/hold': { who: operators, body: because, scoped: 'served' },
  'POST /v1/apps/:app/release': { who: operators, scoped: 'served' },
  'POST /v1/suspend': { who: operators, body: { app: 'shop', ...because }, scoped: 'served' },
  'POST /v1/resume': { who: operators, body: { app: 'shop' }, scoped: 'served' },
  'POST /v1/apps/:app/accept-history': { who: operators, body: because, scoped: 'served' },
  'POST /v1/apps/:app/adopt': { who: operators, scoped: 'served' },
  'POST /v1/apps/:app/forget': { who: operators, scoped: 'served' },
  'POST /v1/apps/:app/approve': { who: approvers, body: plan, scoped: 'served' },
  'POST /v1/apps/:app/reject': { who: approvers, body: plan, scoped: 'served' },
  'POST /v1/approve-removal': { who: approvers, body: { apps: ['shop'], reason: 'moved' }, scoped: 'served' },
  'GET /v1/events': { who: everybody, scoped: 'served' },
  'GET /healthz': { who: 'anybody', scoped: 'served' },
  'GET /readyz': { who: 'anybody', scoped: 'served' },
  'GET /metrics': { who: everybody, scoped: 'refused' },
  'GET /v1/tokens': { who: admins, scoped: 'refused' },
  'POST /v1/tokens': { who: admins, body: { name: 'ci', role: 'viewer' }, scoped: 'refused' },
  'POST /v1/tokens/:name/revoke': { who: admins, scoped: 'refused' },
  'POST /webhooks/:name': { who: 'anybody', scoped: 'served' },
};

const entries: readonly Entry[] = stamped(
  { kind: 'opened', version: '1', snapshot: { apps: {}, forgotten: [] } },
  started({ app: 'shop' }),
  finished({ app: 'shop', intent: 2 }),
  started({ app: 'blog' }),
);

/** A daemon in which everything works; what was done is told. */
function everything() {
  const acts: string[] = [];
  const done = (what: string) => async () => {
    acts.push(what);
    return what.startsWith('all ') ? [passed()] : passed();
  };
  const noted = (what: string) => async () => {
    acts.push(what);
    return { app: 'shop', entry: 1, summary: what };
  };
  const record = {
    id: '1',
    name: 'ci',
    role: 'viewer',
    apps: [],
    expires: undefined,
    seq: 1,
    since: '',
    by: '',
  } as const;
  const office = officeOf({
    plan: async (apps) =>
      (apps.length === 0 ? ['shop', 'blog'] : apps).map((app) => ({
        kind: 'failed',
        app,
        code: 'bug',
        message: '',
        hint: undefined,
      })),
    preview: async (apps) =>
      (apps.length === 0 ? ['shop', 'blog'] : apps).map((app) => ({
        kind: 'failed',
        app,
        code: 'bug',
        message: '',
        hint: undefined,
      })),
    status: async (names) => ({
      host: 'h',
      daemon: undefined,
      apps: ['shop', 'blog']
        .filter((app) => names.length === 0 || names.includes(app))
        .map((app) => appStatus({ app })),
    }),
    windows: async () => [],
    orphans: async () => [],
    log: async (query, page) => ({
      entries: entries.filter(
        (entry) =>
          (page.order === 'newest' || entry.seq > page.after) &&
          (!query.apps?.length || ('app' in entry && query.apps.includes(entry.app))),
      ),
      next: undefined,
    }),
    history: async (app) => ({ app, running: undefined, attempts: [], good: [] }),
    audit: async () => ({ isKnown: true, host: 'h', spans: [], jumps: [] }),
    trace: async () => [],
    apply: done('all apply') as never,
    retry: done('all retry') as never,
    rollback: done('rollback') as never,
    approve: done('approve') as never,
    approveRemoval: done('all approve-removal') as never,
    adopt: done('adopt') as never,
    reject: noted('reject'),
    hold: noted('hold'),
    release: noted('release'),
    suspend: noted('suspend'),
    resume: noted('resume'),
    acceptHistory: noted('accept-history'),
    forget: noted('forget'),
    tokens: async () => [record],
    createToken: async () => {
      acts.push('create');
      return { token: 'hm_1', record };
    },
    revokeToken: noted('revoke'),
  });
  const receive = async () => ({ status: 'pong', detail: 'Heard.', apps: [], configuration: false }) as const;
  return { router: createRouter({ ...office, receive }), acts };
}

const pathOf = (pattern: string): string =>
  pattern
    .replace('/preview', '/preview?ref=next')
    .replace('/trace', '/trace?what=web:1')
    .replace(':app', 'shop')
    .replace(':seq', '3')
    .replace(':name', 'ci');

async function ask(route: string, caller: Caller | undefined, body: object | undefined, app = 'shop') {
  const [method = '', pattern = ''] = route.split(' ');
  const { router, acts } = everything();
  const init = method === 'POST' ? { method, body: JSON.stringify(body ?? {}) } : { method };
  const response = await router.request(pathOf(pattern).replace('shop', app), init, visitOf(caller));
  return { status: response.status, text: await response.text(), acts };
}

/** What it is answered with where all is well. */
const doneOf = (route: string): number =>
  allRoutes.find(({ method, path }) => `${method} ${path}` === route)?.status ?? 200;

/** What is answered is what the description of the API says. */
function expectShape(route: string, text: string): void {
  const found = allRoutes.find(({ method, path }) => `${method} ${path}` === route);
  if (found?.answers.kind === 'json')
    expect(answerShapes[found.answers.shape].safeParse(JSON.parse(text)).error).toBeUndefined();
}

test('every route stands in the table, and the table names no other', () => {
  expect(allRoutes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(Object.keys(table).toSorted());
});

describe.each(Object.entries(table))('%s', (route, { who, body, scoped }) => {
  test.each(roles)('is answered as it should be for the role %s', async (role) => {
    const isAllowed = who === 'anybody' || who.includes(role);
    const { status, text, acts } = await ask(route, token(role), body);
    expect([role, status, text]).toEqual([role, isAllowed ? doneOf(route) : 403, expect.any(String)]);
    if (isAllowed) return expectShape(route, text);
    expect(JSON.parse(text)).toMatchObject({ code: 'forbidden', detail: expect.stringContaining(`(${role}) may not`) });
    expect(acts).toEqual([]);
  });

  test('is refused without a token', async () => {
    const { status, acts } = await ask(route, undefined, body);
    expect(status).toBe(who === 'anybody' ? doneOf(route) : 401);
    expect(acts).toEqual([]);
  });

  test('keeps a token of one app to that app', async () => {
    const own = await ask(route, token('admin', 'sh*'), body);
    expect([own.status, own.text]).toEqual([
      scoped === 'served' ? doneOf(route) : 403,
      expect.not.stringContaining('blog'),
    ]);
    if (!route.includes(':app')) return;
    const other = await ask(route, token('admin', 'sh*'), body, 'blog');
    expect([other.status, other.acts]).toEqual([403, []]);
  });
});

test.each([
  ['POST /v1/apply', { apps: [] }],
  ['POST /v1/apply', { apps: ['shop', 'blog'] }],
  ['POST /v1/retry', { apps: [] }],
  ['POST /v1/suspend', { all: true, reason: 'why' }],
  ['POST /v1/resume', { all: true }],
])('%s with %j is not for a token of one app', async (route, body) => {
  const { status, acts } = await ask(route, token('admin', 'shop'), body);
  expect([status, acts]).toEqual([403, []]);
});

test.each([
  '/v1/status?app=blog',
  '/v1/plan?app=blog',
  '/v1/plan?app=shop&app=blog',
  '/v1/log?app=blog',
  '/v1/windows?app=blog',
])('%s is not for a token of another app', async (path) => {
  const { router } = everything();
  expect((await router.request(path, {}, visitOf(token('viewer', 'shop')))).status).toBe(403);
});

test('a token for apps that there are none of sees nothing, which is not everything', async () => {
  const { router } = everything();
  const asked = async (path: string) => (await router.request(path, {}, visitOf(token('viewer', 'wiki')))).json();
  expect(await asked('/v1/plan')).toEqual({ plans: [] });
  expect(await asked('/v1/windows')).toEqual({ windows: [] });
  expect(await asked('/v1/status')).toMatchObject({ apps: [] });
  expect(await asked('/v1/log')).toMatchObject({ entries: [] });
});

test.each([
  ['POST /v1/apply', { apps: ['shop'], overrideWindow: true, reason: 'fire' }],
  ['POST /v1/apps/:app/rollback', { reason: 'bad', overrideWindow: true }],
  ['POST /v1/apps/:app/rollback', { reason: 'bad', hold: true }],
])('%s with %j needs the right to operate', async (route, body) => {
  const deployer = await ask(route, token('deployer'), body);
  expect([deployer.status, deployer.acts]).toEqual([403, []]);
  expect((await ask(route, token('operator'), body)).acts).not.toEqual([]);
});
