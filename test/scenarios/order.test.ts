import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import type { HostStatus } from '../../src/model/report.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

// Their health checks would go on, and take time from the next test.
afterEach(async () => {
  await host.engine.clear();
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (version: string, more: object = {}) =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version }, ...more } } });

/** Healthy as long as there is a file, which comes so many seconds after the start. */
const slowly = (seconds: number) => ({
  command: ['sh', '-c', `sleep ${seconds}; touch /well; exec sleep 2147483`],
  healthcheck: { test: ['CMD', 'test', '-e', '/well'], interval: '500ms', retries: 5 },
});

const of = (entries: readonly Entry[], app: string) =>
  entries.filter((entry) => 'app' in entry && entry.app === host.named(app));

const lastOf = async (app: string, kind: Entry['kind']) =>
  of(await host.log(), app).findLast((entry) => entry.kind === kind);

async function blocksOf(app: string) {
  const { stdout } = await host.run('status', '--json', host.named(app));
  return (JSON.parse(stdout) as HostStatus).apps[0]?.blockedBy ?? [];
}

const on = (app: string, condition: string) => ({ depends_on: { [host.named(app)]: { condition } } });

test('one apply brings a chain of apps up, each once the one that it depends on is healthy', async () => {
  const repository = await host.repository('chain');
  await repository.commit({ 'compose.yaml': compose('one', slowly(2)) });
  const { url } = repository;
  await host.configure({
    front: { url, ...on('api', 'healthy') },
    api: { url, ...on('base', 'healthy') },
    base: { url },
  });
  expect(await host.apply()).toEqual({
    front: { kind: 'applied' },
    api: { kind: 'applied' },
    base: { kind: 'applied' },
  });
  const told = (await host.log()).flatMap((entry) =>
    entry.kind === 'started' || entry.kind === 'finished'
      ? [`${entry.kind} ${entry.app.replace(host.named(''), '')}`]
      : [],
  );
  expect(told).toEqual(['base', 'api', 'front'].flatMap((app) => [`started ${app}`, `finished ${app}`]));
});

test('a commit that changes two apps is deployed in their order at once, however seldom they are looked at', async () => {
  const repository = await host.repository('lockstep');
  const files = (version: string) => ({
    'db/compose.yaml': compose(version, slowly(2)),
    'shop/compose.yaml': compose(version),
  });
  await repository.commit(files('one'));
  const { url } = repository;
  await host.configure({
    shop: { url, path: 'shop', ...on('db', 'same-revision'), interval: '12s' },
    // Found by itself only when the shop meets the commit.
    db: { url, path: 'db', interval: '10m' },
  });
  await host.apply();
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('Daemon: pid'));
  const commit = await repository.commit(files('two'));
  await eventually(
    async () =>
      expect(await lastOf('shop', 'finished')).toMatchObject({ outcome: { kind: 'applied' }, revision: { commit } }),
    60,
  );
  const log = await host.log();
  const [db, shop] = ['db', 'shop'].map((app) => of(log, app));
  const deployed = db?.findLast((entry) => entry.kind === 'finished');
  const begun = shop?.findLast((entry) => entry.kind === 'started');
  expect(deployed).toMatchObject({ revision: { commit } });
  expect(begun?.seq).toBeGreaterThan(deployed?.seq ?? 0);
  // At once: its next look comes several seconds later.
  expect(Date.parse(begun?.at ?? '') - Date.parse(deployed?.at ?? '')).toBeLessThan(4_000);
}, 180_000);

test('what changed waits while the other one is ill, is told with what lifts it, and goes on as soon as that is well', async () => {
  const repository = await host.repository('ill');
  const files = (shop: string) => ({
    'db/compose.yaml': compose('one', slowly(0)),
    'shop/compose.yaml': compose(shop),
  });
  await repository.commit(files('one'));
  const { url } = repository;
  const apps = {
    waits: { url, path: 'shop', ...on('sick', 'healthy'), interval: '10m' },
    sick: { url, path: 'db', drift: 'report' },
  };
  await host.configure(apps);
  await host.apply();
  const [db] = await host.containers('sick');
  await host.engine.exec(db?.id ?? '', ['rm', '/well']);
  await eventually(async () => expect((await host.containers('sick'))[0]?.health).toBe('unhealthy'));
  await repository.commit(files('two'));
  await using _daemon = await host.daemon();
  const before = await host.ids('waits');
  await eventually(async () => {
    const [block] = await blocksOf('waits');
    expect(block).toMatchObject({
      code: 'waiting-for',
      detail: expect.stringMatching(/^waits for the app \S+-sick, which is not healthy \(web: degraded, running/),
      lift: `harbormaster apply ${host.named('waits')} --ignore-order --reason "…"`,
    });
  });
  const plan = await host.run('plan', host.named('waits'));
  expect(plan.code).toBe(3);
  expect(plan.stdout).toContain('--ignore-order');
  expect((await host.run('why', host.named('waits'))).stdout).toContain('waiting-for');
  // What runs is healed all the same.
  await host.engine.kill((await host.containers('waits'))[0]?.id ?? '');
  await eventually(async () => expect((await host.containers('waits'))[0]?.state).toBe('running'));
  expect(await host.ids('waits')).toEqual(before);
  await host.engine.exec(db?.id ?? '', ['touch', '/well']);
  await eventually(async () => expect(await host.ids('waits')).not.toEqual(before));
  await eventually(async () => expect(await blocksOf('waits')).toEqual([]));
  // Once for each of its two releases.
  expect(of(await host.log(), 'waits').filter(({ kind }) => kind === 'refused')).toHaveLength(2);
}, 180_000);

test('a person need not wait', async () => {
  const repository = await host.repository('hurry');
  await repository.commit({ 'compose.yaml': compose('one') });
  const { url } = repository;
  await host.configure({ hurry: { url, ...on('never', 'healthy') }, never: { url, deploy: 'manual' } });
  expect(await host.apply()).toMatchObject({ hurry: { kind: 'blocked' }, never: { kind: 'blocked' } });
  const { code } = await host.run('apply', host.named('hurry'), '--ignore-order', '--reason', 'it serves a page');
  expect(code).toBe(0);
  expect(await lastOf('hurry', 'started')).toMatchObject({
    unordered: [host.named('never')],
    reason: 'it serves a page',
  });
});

test('apps that wait for each other are refused with the circle and the place', async () => {
  const { url } = await host.repository('circle');
  await host.configure({
    one: { url, depends_on: host.named('two') },
    two: { url, depends_on: [host.named('three')] },
    three: { url, ...on('one', 'healthy') },
  });
  const { code, stderr } = await host.run('validate');
  expect(code).toBe(4);
  expect(stderr).toMatch(
    new RegExp(
      `harbormaster\\.yml:\\d+:\\d+: .*waits for itself: ${['one', 'two', 'three', 'one'].map(host.named).join(' → ')}`,
    ),
  );
});
