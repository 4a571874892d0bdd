import { describe, expect, test } from 'vitest';
import type { App } from '../../src/model/app.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { Harbor } from '../../src/reconcile/harbor.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const old = (more: Partial<App> = {}) => testApp({ name: 'old', project: 'old', ...more });
const fresh = (more: Partial<App> = {}) => testApp({ name: 'new', project: 'old', formerly: ['old'], ...more });

const ada: Trigger = { kind: 'request', by: 'ada' };

async function running() {
  const harbor = await testHarbor({ apps: [old()] });
  await harbor.pass();
  harbor.engine.performed.splice(0);
  return {
    ...harbor,
    rename(more: Partial<App> = {}): void {
      harbor.declare([fresh(more)]);
      harbor.configure({ formerly: { new: ['old'] } });
    },
    ids: () => harbor.engine.containers.map(({ id }) => id),
    project: () => harbor.apply(['new']),
  };
}

test('under its new name the app keeps what runs, and nothing is deployed or removed', async () => {
  const harbor = await running();
  const before = harbor.ids();
  harbor.rename();
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.ids()).toEqual(before);
  expect(harbor.engine.performed).toEqual([]);
  expect(harbor.kinds().slice(-1)).toEqual(['renamed']);
  await harbor.restart();
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.kinds().filter((kind) => kind === 'renamed')).toHaveLength(1);
});

test('what only looks sees it under its new name before anything is written down', async () => {
  const harbor = await running();
  harbor.rename();
  expect(await harbor.plan()).toMatchObject([{ app: 'new', kind: 'planned', plan: { steps: [] } }]);
  const status = await harbor.status();
  expect(status.apps).toMatchObject([{ app: 'new', sync: { state: 'in-sync' } }]);
  expect(status.leaving).toBeUndefined();
  expect(harbor.kinds()).not.toContain('renamed');
});

test('holds, quarantines and what one can go back to come along; the next release replaces containers as ever', async () => {
  const harbor = await running();
  harbor.push({ services: { web: { image: 'web:2' } } });
  await harbor.pass();
  await harbor.harbor().hold('old', 'wait', { kind: 'request' });
  harbor.rename();
  harbor.push({ services: { web: { image: 'web:3' } } });
  expect(await harbor.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'held' }] }]);
  await harbor.harbor().release('new', undefined, { kind: 'request' });
  expect(await harbor.pass()).toEqual([{ kind: 'applied' }]);
  const back = { app: 'new', to: undefined, reason: 'no good', hold: false };
  const report = await harbor.harbor().rollback(back, { kind: 'request' }, () => undefined);
  expect(report.outcome).toEqual({ kind: 'applied' });
  expect(harbor.engine.containers).toMatchObject([{ project: 'old', imageId: expect.stringContaining('web:2') }]);
});

test('an app that was renamed is removed as any other', async () => {
  const harbor = await running();
  harbor.rename();
  await harbor.pass();
  harbor.declare([]);
  expect(await harbor.apply([])).toMatchObject([{ app: 'new', outcome: { kind: 'applied' } }]);
  expect(harbor.engine.containers).toEqual([]);
});

describe('what cannot take over an old name touches nothing, under either name', () => {
  test('it was deployed itself', async () => {
    const harbor = await running();
    harbor.declare([old(), testApp({ name: 'new', project: 'new' })]);
    await harbor.pass();
    const before = harbor.ids();
    harbor.rename({ project: 'new' });
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'config-invalid' }]);
    expect(harbor.ids()).toEqual(before);
    expect(await harbor.plan()).toMatchObject([
      { app: 'new', kind: 'failed', hint: expect.stringContaining('formerly') },
    ]);
  });

  test('the old name is taken out of the configuration, and the project would be another one', async () => {
    const harbor = await running();
    harbor.rename();
    await harbor.pass();
    const before = harbor.ids();
    harbor.declare([testApp({ name: 'new', project: 'new' })]);
    expect(await harbor.apply([])).toMatchObject([{ app: 'new', outcome: { kind: 'failed', code: 'config-invalid' } }]);
    expect(harbor.ids()).toEqual(before);
    expect(harbor.engine.performed).toEqual([]);
    expect(await harbor.plan()).toMatchObject([{ app: 'new', kind: 'failed' }]);
    harbor.declare([testApp({ name: 'new', project: 'old' })]);
    expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  });

  test('it is disabled', async () => {
    const harbor = await running();
    const before = harbor.ids();
    harbor.declare([]);
    harbor.configure({ declared: ['new'], formerly: { new: ['old'] } });
    await harbor.apply([]);
    expect(harbor.ids()).toEqual(before);
  });

  test('an operation under its old name is cut short: its outcome is written first', async () => {
    const harbor = await running();
    harbor.push({ services: { web: { image: 'web:2' } } });
    harbor.engine.beforeAct = (done) => {
      if (done.startsWith('replace')) throw Object.assign(new Error('killed'), { code: 'killed' });
    };
    const { append } = harbor.log;
    harbor.log.append = (body) =>
      body.kind === 'finished' ? Promise.reject(new Error('killed')) : append.call(harbor.log, body);
    await harbor.pass().catch(() => undefined);
    harbor.log.append = append;
    harbor.engine.beforeAct = () => undefined;
    harbor.rename();
    await harbor.restart();
    expect(await harbor.pass()).toEqual([{ kind: 'applied' }]);
    const kinds = harbor.kinds();
    expect(kinds.indexOf('renamed')).toBeGreaterThan(kinds.lastIndexOf('finished', kinds.indexOf('renamed')));
    expect(
      harbor.log.written.find((entry) => entry.kind === 'finished' && entry.outcome.kind === 'interrupted'),
    ).toMatchObject({ app: 'old' });
    expect(harbor.engine.containers).toMatchObject([{ imageId: expect.stringContaining('web:2') }]);
  });
});

test.each<[string, (harbor: Harbor) => Promise<unknown>]>([
  ['held', (harbor) => harbor.hold('new', 'wait', ada)],
  ['suspended', (harbor) => harbor.suspend({ app: 'new', reason: 'wait', until: undefined, forever: true }, ada)],
])('what is %s under its new name before any pass has met that stays so', async (kind, say) => {
  const harbor = await running();
  harbor.rename();
  await say(harbor.harbor());
  expect(harbor.kinds().slice(-2)).toEqual(['renamed', kind]);
  harbor.push({ services: { web: { image: 'web:2' } } });
  expect(await harbor.pass()).toMatchObject([{ kind: 'blocked' }]);
  expect(harbor.kinds().filter((one) => one === 'renamed')).toHaveLength(1);
});

test('what is forgotten under its new name before any pass has met that is let go', async () => {
  const harbor = await running();
  harbor.rename();
  await harbor.harbor().forget('new', undefined, ada);
  expect(harbor.kinds().slice(-2)).toEqual(['renamed', 'forgotten']);
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'project-foreign' }]);
});
