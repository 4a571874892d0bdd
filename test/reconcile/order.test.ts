import { describe, expect, test } from 'vitest';
import { sentenceOf } from '../../src/core/format-entry.ts';
import { isEntry } from '../../src/edges/deployment-log/entry-schema.ts';
import type { App } from '../../src/model/app.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number | string) => ({ services: { web: { image: `web:${version}` } } });
const isWhole = (entry: object): boolean => isEntry({ ...entry, prev: '0'.repeat(64) });
const nameOf = (name: string) => ({ name, project: name, path: name });

/** `shop` depends on `db`; each has a folder of its own in one repository. */
async function two(condition: App['dependsOn'][number]['condition'] = 'healthy', more: Partial<App> = {}) {
  const db = testApp({ ...nameOf('db') });
  const shop = testApp({ ...nameOf('shop'), dependsOn: [{ app: 'db', condition }], ...more });
  const harbor = await testHarbor({ apps: [shop, db] });
  harbor.source.files = { 'shop/compose.yaml': '1', 'db/compose.yaml': '1' };
  const pass = async (name: string) => {
    const [report] = await harbor.harbor().pass([name], { kind: 'interval' }, () => undefined);
    if (report === undefined) throw new Error('no report');
    return report;
  };
  return {
    ...harbor,
    pass,
    /** A commit that changes these apps. */
    commit(version: number, ...names: readonly string[]): void {
      const files = harbor.source.files;
      harbor.push(web(version));
      harbor.source.files = {
        ...files,
        ...Object.fromEntries(names.map((name) => [`${name}/compose.yaml`, `${version}`])),
      };
    },
    blocks: async () => (await harbor.status()).apps.find(({ app }) => app === 'shop')?.blockedBy ?? [],
    stop: (name: string) => {
      harbor.engine.containers = harbor.engine.containers.map((container) =>
        container.project === name ? { ...container, state: 'exited', exitCode: 1 } : container,
      );
    },
    of: (name: string) =>
      harbor.log.written.filter((entry) => 'app' in entry && entry.app === name && entry.kind !== 'step'),
  };
}

const waiting = (why: string) => ({
  kind: 'blocked',
  reasons: [
    {
      code: 'waiting-for',
      app: 'db',
      reason: `waits for the app db, which ${why}`,
      lift: 'harbormaster apply shop --ignore-order --reason "…"',
    },
  ],
});

describe('healthy', () => {
  test('a first deployment waits until the app that it depends on was deployed, is written once, and nobody is told', async () => {
    const { pass, kinds, notifier, blocks, of } = await two();
    expect(await pass('shop')).toMatchObject({ outcome: waiting('was never deployed here') });
    expect(await pass('shop')).toMatchObject({ outcome: waiting('was never deployed here') });
    expect(kinds()).toEqual(['refused']);
    expect(await blocks()).toMatchObject([
      {
        code: 'waiting-for',
        detail: 'waits for the app db, which was never deployed here',
        hint: 'It goes on by itself then. See: harbormaster why db',
        lift: 'harbormaster apply shop --ignore-order --reason "…"',
      },
    ]);
    await pass('db');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
    expect(of('shop').every(isWhole)).toBe(true);
    expect(await blocks()).toEqual([]);
    expect(notifier.sent).toEqual([]);
  });

  test('a changed deployment waits while it is not healthy, and the status tells how it stands by then', async () => {
    const { pass, commit, stop, blocks, engine } = await two();
    await pass('db');
    await pass('shop');
    stop('db');
    commit(2, 'shop');
    expect((await pass('shop')).outcome).toMatchObject(waiting('is not healthy (web: degraded, exited (1))'));
    engine.containers = engine.containers.filter(({ project }) => project !== 'db');
    expect(await blocks()).toMatchObject([
      { detail: 'waits for the app db, which is not healthy (web: missing, no container)' },
    ]);
    await pass('db');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('nothing else waits: neither what did not change, nor healing, nor the way back', async () => {
    const { pass, commit, stop, harbor, engine } = await two();
    await pass('db');
    await pass('shop');
    commit(2, 'shop');
    await pass('shop');
    stop('db');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'unchanged' } });
    stop('shop');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
    const back = { app: 'shop', to: undefined, reason: 'slow', hold: false };
    expect(await harbor().rollback(back, { kind: 'request' }, () => undefined)).toMatchObject({
      outcome: { kind: 'applied' },
    });
    expect(engine.containers.filter(({ project }) => project === 'db')).toMatchObject([{ state: 'exited' }]);
  });

  test('what was begun goes on after a crash, however the other one stands', async () => {
    const { pass, commit, stop, restart, engine, log } = await two();
    await pass('db');
    await pass('shop');
    commit(2, 'shop');
    engine.beforeAct = (act) => {
      if (act.startsWith('replace')) throw new Error('killed');
    };
    await pass('shop').catch(() => undefined);
    engine.beforeAct = () => undefined;
    // As after kill -9: the intent has no outcome.
    log.written.splice(
      log.written.findLastIndex(({ kind }) => kind === 'finished'),
      1,
    );
    await restart();
    stop('db');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('a release that was not seen healthy is none to wait on, and the plan says so', async () => {
    const { pass, commit, harbor, engine, declare } = await two();
    await pass('db');
    await pass('shop');
    const db = testApp({ ...nameOf('db'), onFailure: 'leave' });
    const shop = testApp({ ...nameOf('shop'), dependsOn: [{ app: 'db', condition: 'healthy' }] });
    declare([shop, db]);
    engine.byImage = (image) => (image === 'web:2' ? { state: 'exited', exitCode: 1 } : {});
    commit(2, 'db');
    await pass('db');
    commit(3, 'shop');
    expect((await pass('shop')).outcome).toMatchObject(waiting('runs a release that was not seen healthy'));
    expect(await harbor().plan(['shop'])).toMatchObject([
      { kind: 'planned', verdicts: [{ gate: 'waiting-for', ruling: 'deny' }] },
    ]);
  });

  test('a disabled app counts as it is: what runs of it is looked at', async () => {
    const { pass, commit, declare, stop } = await two();
    await pass('db');
    const shop = testApp({ ...nameOf('shop'), dependsOn: [{ app: 'db', condition: 'healthy' }] });
    declare([shop]);
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
    stop('db');
    commit(2, 'shop');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'blocked' } });
  });
});

describe('same revision', () => {
  test('a commit that changes both is deployed in order, one that changes only one of them waits for nothing', async () => {
    const { pass, commit } = await two('same-revision');
    await pass('db');
    await pass('shop');
    commit(2, 'shop', 'db');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'blocked', reasons: [{ app: 'db' }] } });
    await pass('db');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
    commit(3, 'shop');
    expect(await pass('shop')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('tells which commit is missed, and why it cannot come', async () => {
    const { pass, commit, harbor, declare, source } = await two('same-revision');
    await pass('db');
    await pass('shop');
    await harbor().hold('db', 'the night is long', { kind: 'request', by: 'ada' });
    commit(2, 'shop', 'db');
    await pass('db');
    const short = source.commit.slice(0, 10);
    expect((await pass('shop')).outcome).toMatchObject(waiting(`has not deployed commit ${short} yet`));
    declare([testApp({ ...nameOf('shop'), dependsOn: [{ app: 'db', condition: 'same-revision' }] })]);
    expect((await pass('shop')).outcome).toMatchObject(waiting(`is disabled, and so never deploys commit ${short}`));
  });
});

describe('by hand', () => {
  test('one apply brings a whole host up in order', async () => {
    const { harbor, declare, kinds } = await two();
    const chain = ['shop', 'api', 'cache', 'db'].map((name, at, all) => {
      const next = all[at + 1];
      return testApp({
        ...nameOf(name),
        path: 'db',
        dependsOn: next === undefined ? [] : [{ app: next, condition: 'healthy' }],
      });
    });
    declare(chain);
    const reports = await harbor().apply([], { kind: 'request' }, () => undefined);
    expect(reports.map(({ app, outcome }) => [app, outcome.kind])).toEqual([
      ['shop', 'applied'],
      ['api', 'applied'],
      ['cache', 'applied'],
      ['db', 'applied'],
    ]);
    expect(kinds().filter((kind) => kind === 'started')).toHaveLength(4);
  });

  test('a person need not wait, and the log says who did not, for whom and why', async () => {
    const { harbor, log, of } = await two();
    const past = { kind: 'request', by: 'ada', ignoreOrder: 'db waits for this' } as const;
    await expect(harbor().apply([], past, () => undefined)).rejects.toMatchObject({ code: 'usage' });
    expect(await harbor().apply(['shop'], past, () => undefined)).toMatchObject([{ outcome: { kind: 'applied' } }]);
    const started = log.written.find(({ kind }) => kind === 'started');
    expect(started).toMatchObject({ unordered: ['db'], reason: 'db waits for this', trigger: past });
    expect(started && sentenceOf(started)).toBe(
      'started: 3 steps, without waiting for db, as was asked for by ada, because "db waits for this"',
    );
    expect(of('shop').every(isWhole)).toBe(true);
  });

  test('whoever ignores the order where there is none to ignore leaves no trace of it', async () => {
    const { harbor, pass, log } = await two();
    await pass('db');
    await harbor().apply(['shop'], { kind: 'request', ignoreOrder: 'in haste' }, () => undefined);
    expect(log.written.findLast(({ kind }) => kind === 'started')).not.toHaveProperty('unordered');
  });
});

describe('who is told', () => {
  test('a trouble that people know of is over only when it is over: waiting in between says nothing', async () => {
    const { pass, commit, notifier, engine, stop } = await two();
    await pass('db');
    await pass('shop');
    engine.byImage = (image) => (image === 'web:2' ? { state: 'exited', exitCode: 1 } : {});
    commit(2, 'shop');
    await pass('shop');
    stop('db');
    commit(3, 'shop');
    await pass('shop');
    await pass('db');
    await pass('shop');
    expect(notifier.sent.map(({ event, app }) => [event, app])).toEqual([
      ['failed', 'shop'],
      ['recovered', 'shop'],
    ]);
  });
});
