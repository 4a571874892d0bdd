import { expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { Gate } from '../../src/model/verdict.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number) => ({ services: { web: { image: `web:${version}` } } });

test('a first pass deploys what Git declares: intent, acts, outcome', async () => {
  const harbor = await testHarbor();
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  expect(harbor.kinds()).toEqual(['started', 'finished']);
  expect(harbor.engine.performed.map((act) => act.split(' ')[0])).toEqual(['pull', 'create']);
});

test('a second pass changes nothing, renders nothing and writes nothing', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  const before = harbor.engine.performed.length;
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  await harbor.restart();
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.engine.performed.length).toBe(before);
  expect(harbor.engine.rendered).toBe(1);
  expect(harbor.kinds()).toEqual(['started', 'finished']);
});

test('a commit that does not touch what the app reads makes no new release', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.source.commit = 'beef000000000000000000000000000000000000';
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.engine.rendered).toBe(1);
});

test('only the service that changed is replaced', async () => {
  const two = (version: number) => ({ services: { web: { image: `web:${version}` }, db: { image: 'db:1' } } });
  const harbor = await testHarbor({ model: two(1) });
  await harbor.pass();
  harbor.push(two(2));
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  expect(harbor.engine.performed.filter((act) => act.startsWith('replace'))).toEqual(['replace web']);
});

test('a denied plan is logged once and never performed, and names what lifts it', async () => {
  const denyAll: Gate = {
    name: 'no',
    judge: () => [{ gate: 'no', ruling: 'deny', service: 'web', reason: 'is not wanted', lift: 'allow it' }],
  };
  const harbor = await testHarbor({ gates: [denyAll] });
  expect(await harbor.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ lift: 'allow it' }] }]);
  await harbor.pass();
  expect(harbor.engine.performed).toEqual([]);
  expect(harbor.kinds()).toEqual(['refused']);
  expect(harbor.notifier.sent.map(({ event }) => event)).toEqual(['blocked']);
});

test('the intent is in the log before the first act', async () => {
  const harbor = await testHarbor();
  const seen: string[][] = [];
  harbor.engine.beforeAct = () => seen.push(harbor.kinds());
  await harbor.pass();
  expect(seen[0]).toEqual(['started']);
});

test('a bad release is rolled back to the deployed one, is not tried again by itself, and a newer one is', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.push(web(2));
  harbor.engine.behaviour = { web: { state: 'exited', exitCode: 1 } };
  harbor.engine.beforeAct = () => {
    const replaced = harbor.engine.performed.filter((act) => act.startsWith('replace')).length;
    if (replaced > 0) harbor.engine.behaviour = {};
  };
  const good = harbor.log.written.at(-1);
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
  expect(harbor.log.written.filter(({ kind }) => kind !== 'step').slice(-2)).toMatchObject([
    { kind: 'started', purpose: 'restore' },
    {
      kind: 'finished',
      purpose: 'restore',
      outcome: { kind: 'applied' },
      release: good?.kind === 'finished' && good.release,
    },
  ]);
  expect((await harbor.status()).apps).toMatchObject([
    { health: { state: 'healthy' }, sync: { state: 'out-of-sync' }, blockedBy: [{ code: 'unhealthy' }] },
  ]);
  const acts = harbor.engine.performed.length;
  const written = harbor.kinds().length;
  expect(await harbor.pass()).toMatchObject([{ kind: 'blocked' }]);
  await harbor.restart();
  expect(await harbor.pass()).toMatchObject([{ kind: 'blocked' }]);
  expect(harbor.engine.performed.length).toBe(acts);
  expect(harbor.kinds().length).toBe(written);
  harbor.push(web(3));
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  expect(harbor.notifier.sent.map(({ event }) => event)).toEqual(['failed', 'recovered']);
});

test('going back to the deployed release by a commit ends the trouble', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  const [commit, files] = [harbor.source.commit, harbor.source.files];
  harbor.push(web(2));
  harbor.engine.behaviour = { web: { state: 'exited', exitCode: 1 } };
  harbor.engine.beforeAct = (act) => {
    if (act.startsWith('replace') && harbor.engine.performed.some((before) => before.startsWith('replace')))
      harbor.engine.behaviour = {};
  };
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed' }]);
  harbor.source.commit = commit;
  harbor.source.files = files;
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.kinds().at(-1)).toBe('recovered');
});

test('a person may try a bad release again', async () => {
  const harbor = await testHarbor();
  harbor.engine.behaviour = { web: { health: 'unhealthy' } };
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed' }]);
  harbor.engine.behaviour = {};
  harbor.engine.containers = harbor.engine.containers.map((container) => ({ ...container, health: 'healthy' }));
  expect(await harbor.pass('request')).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
  const again = await harbor.harbor().retry(['shop'], { kind: 'request' }, () => undefined);
  expect(again).toMatchObject([{ outcome: { kind: 'applied' } }]);
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
});

test('a stopped container is started again, a removed one is made again', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.engine.containers = harbor.engine.containers.map((container) => ({
    ...container,
    state: 'exited',
    exitCode: 137,
  }));
  await harbor.pass();
  harbor.clock.advance(20_000);
  harbor.engine.containers = [];
  await harbor.pass();
  expect(harbor.engine.performed.map((act) => act.split(' ')[0])).toEqual(['pull', 'create', 'start', 'create']);
});

test('Git down for many passes is one entry, keeps what was deployed running, and its return deploys nothing', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.source.error = new HarborError('no route', { code: 'source-unreachable' });
  for (let cycle = 0; cycle < 5; cycle += 1) expect(await harbor.pass()).toMatchObject([{ kind: 'failed' }]);
  harbor.engine.containers = [];
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed' }]);
  expect(harbor.engine.containers.map(({ state }) => state)).toEqual(['running']);
  expect((await harbor.status()).apps).toMatchObject([{ source: { state: 'failed' } }]);
  harbor.source.error = undefined;
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.kinds()).toEqual(['started', 'finished', 'refused', 'started', 'finished', 'recovered']);
});

test('an engine that does not answer fails every app once', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.engine.down = true;
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'engine-unreachable' }]);
  await harbor.pass();
  harbor.engine.down = false;
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(harbor.kinds()).toEqual(['started', 'finished', 'refused', 'recovered']);
});

test('an intent that a crash left open gets its outcome, after settling, before anything else', async () => {
  const harbor = await testHarbor();
  harbor.engine.beforeAct = (act) => {
    if (act.startsWith('create')) throw new Error('killed');
  };
  const append = harbor.log.append.bind(harbor.log);
  harbor.log.append = async (body) => {
    if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
    return append(body);
  };
  await expect(harbor.pass()).rejects.toThrow('killed');
  harbor.log.append = append;
  harbor.engine.beforeAct = () => undefined;
  await harbor.restart();
  expect(await harbor.pass('start')).toMatchObject([{ kind: 'applied' }]);
  const told = harbor.log.written.filter(({ kind }) => kind !== 'step');
  expect(told.map((entry) => (entry.kind === 'finished' ? entry.outcome.kind : entry.kind))).toEqual([
    'started',
    'interrupted',
    'started',
    'applied',
  ]);
  expect(harbor.engine.performed).toContain('sweep shop');
});

test('one app that left the configuration is removed, two at once wait for a person', async () => {
  const apps = ['one', 'two', 'three'].map((name) => testApp({ name, project: name }));
  const harbor = await testHarbor({ apps });
  await harbor.pass();
  harbor.declare(apps.slice(1));
  await harbor.pass();
  expect(harbor.engine.containers.map(({ app }) => app)).toEqual(['two', 'three']);
  harbor.declare([testApp({ name: 'four', project: 'four' })]);
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }, { kind: 'blocked' }, { kind: 'blocked' }]);
  expect(harbor.engine.containers.map(({ app }) => app)).toEqual(['two', 'three', 'four']);
  const ada = { kind: 'request', by: 'ada' } as const;
  await harbor.harbor().approveRemoval(['two', 'three'], 'moved', ada, () => undefined);
  expect(harbor.engine.containers.map(({ app }) => app)).toEqual(['four']);
});

test('containers of somebody else in the project block the app and are left alone', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  const [own] = harbor.engine.containers;
  harbor.engine.containers = [{ ...own!, id: 'theirs', instance: undefined, app: undefined }];
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'project-foreign' }]);
  expect(harbor.engine.containers.map(({ id }) => id)).toEqual(['theirs']);
});

test('a one-shot that ran to its end is not run again, even when its container was pruned', async () => {
  const harbor = await testHarbor({
    model: {
      services: {
        job: { image: 'job:1' },
        web: { image: 'web:1', depends_on: { job: { condition: 'service_completed_successfully' } } },
      },
    },
  });
  harbor.engine.behaviour = { job: { state: 'exited', exitCode: 0 } };
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  harbor.engine.containers = harbor.engine.containers.filter(({ service }) => service !== 'job');
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
});

test('a registry that is down costs a deployed app nothing, and a moved tag replaces its service', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.clock.advance(3_600_000);
  harbor.registry.down = true;
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  harbor.clock.advance(3_600_000);
  harbor.registry.down = false;
  harbor.registry.digests = { 'web:1': `sha256:${'9'.repeat(64)}` };
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  expect(harbor.engine.performed.at(-1)).toBe('replace web');
});

test('status answers five questions and says why it is out of sync', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  expect((await harbor.status()).apps).toMatchObject([
    { sync: { state: 'in-sync' }, health: { state: 'healthy' }, blockedBy: [] },
  ]);
  harbor.engine.containers = [];
  expect((await harbor.status()).apps).toMatchObject([
    { sync: { state: 'out-of-sync', causes: ['web: its container is gone'] }, health: { state: 'missing' } },
  ]);
});

test('a release that the engine refuses is tried again slower and slower, and a newer one at once', async () => {
  const harbor = await testHarbor();
  harbor.engine.failOn = 'create';
  const attempts = () => harbor.kinds().filter((kind) => kind === 'started').length;
  for (let pass = 0; pass < 20; pass += 1) {
    await harbor.pass();
    harbor.clock.advance(60_000);
  }
  expect(attempts()).toBeGreaterThan(3);
  expect(attempts()).toBeLessThan(9);
  harbor.engine.failOn = undefined;
  harbor.push(web(2));
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
});

test('two passes at once deploy once', async () => {
  const harbor = await testHarbor();
  const reports = await Promise.all([harbor.pass(), harbor.pass('request')]);
  expect(reports).toMatchObject([[{ kind: 'applied' }], [{ kind: 'unchanged' }]]);
  expect(harbor.kinds()).toEqual(['started', 'finished']);
});

test('two passes at once remove once', async () => {
  const harbor = await testHarbor({ apps: [testApp({ name: 'one', project: 'one' }), testApp()] });
  await harbor.pass();
  harbor.declare([testApp()]);
  await Promise.all([harbor.pass(), harbor.pass()]);
  expect(harbor.engine.performed.filter((act) => act.startsWith('remove'))).toHaveLength(1);
});

test('what keeps stopping is mended slower and slower', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  const mends = () => harbor.engine.performed.filter((act) => /^(?:start|replace)/.test(act)).length;
  for (let second = 0; second < 600; second += 5) {
    harbor.engine.containers = harbor.engine.containers.map((container) => ({
      ...container,
      state: 'exited',
      exitCode: 0,
    }));
    await harbor.pass();
    harbor.clock.advance(5000);
  }
  expect(mends()).toBeGreaterThan(4);
  expect(mends()).toBeLessThan(10);
});

test('a denied commit does not keep the deployed release from being healed', async () => {
  const gate: Gate = {
    name: 'no-two',
    judge: ({ release }) =>
      release.services.some(({ image }) => image.requested === 'web:2')
        ? [{ gate: 'no-two', ruling: 'deny', service: 'web', reason: 'is not wanted', lift: 'want it' }]
        : [],
  };
  const harbor = await testHarbor({ gates: [gate] });
  await harbor.pass();
  harbor.push(web(2));
  harbor.engine.containers = [];
  expect(await harbor.pass()).toMatchObject([{ kind: 'blocked' }]);
  expect(harbor.engine.containers.map(({ state }) => state)).toEqual(['running']);
});

test('with the record lost, what runs is looked at anew and written down', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.log.written.length = 0;
  await harbor.restart();
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  expect(harbor.engine.performed.filter((act) => !act.startsWith('pull'))).toEqual(['create web']);
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
});

test('an app that moved to another project leaves nothing behind in the old one', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  harbor.declare([testApp({ project: 'store' })]);
  await harbor.pass();
  await harbor.pass();
  expect(harbor.engine.containers.map(({ project }) => project)).toEqual(['store']);
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
});
