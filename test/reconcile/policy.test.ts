import { expect, test } from 'vitest';
import { policyOf } from '../../src/core/policy.ts';
import { presets } from '../../src/core/presets.ts';
import type { ComposeModel } from '../../src/model/compose-model.ts';
import * as gates from '../../src/policies/index.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const policy = (more: Parameters<typeof policyOf>[1] = {}) => policyOf('apps.shop.allow', more);
const all = Object.values(gates);
const sysAdmin: Omit<ComposeModel, 'name'> = { services: { web: { image: 'web:1', cap_add: ['SYS_ADMIN'] } } };
const allowed = testApp({ policy: policy({ own: { capabilities: ['SYS_ADMIN'] } }) });

test('a tightened policy tells what runs against it, and tears nothing down', async () => {
  const harbor = await testHarbor({ apps: [allowed], model: sysAdmin, gates: all });
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  const before = harbor.engine.performed.length;
  harbor.declare([testApp({ policy: policy() })]);
  expect(await harbor.pass()).toMatchObject([{ kind: 'unchanged' }]);
  expect(harbor.engine.performed.length).toBe(before);
  const [status] = (await harbor.status()).apps;
  expect(status?.sync).toEqual({ state: 'in-sync' });
  expect(status?.blockedBy).toMatchObject([
    {
      code: 'policy',
      detail: expect.stringContaining('service web adds the capability SYS_ADMIN'),
      hint: expect.stringContaining('apps.shop.allow.capabilities: [SYS_ADMIN]'),
    },
  ]);
  const [plan] = await harbor.plan();
  expect(plan).toMatchObject({ verdicts: [{ gate: 'capabilities', ruling: 'warn' }] });
  harbor.declare([allowed]);
  expect((await harbor.status()).apps[0]?.blockedBy).toEqual([]);
});

test('what the policy denies of what runs is written down once for each set of denials, and its end once', async () => {
  const harbor = await testHarbor({ apps: [allowed], model: sysAdmin, gates: all });
  const written = () => harbor.log.written.filter(({ kind }) => kind === 'objected' || kind === 'recovered');
  await harbor.pass();
  await harbor.pass();
  expect(written()).toEqual([]);
  for (let again = 0; again < 3; again += 1) {
    // As after each start, and each time that the configuration is read.
    harbor.declare([testApp({ policy: policy() })]);
    await harbor.pass();
    await harbor.pass();
  }
  const lift = 'apps.shop.allow.capabilities: [SYS_ADMIN]';
  const objected = { kind: 'objected', app: 'shop', verdicts: [{ gate: 'capabilities', ruling: 'warn', lift }] };
  expect(written()).toMatchObject([objected]);
  const [first] = (await harbor.status()).apps;
  harbor.declare([testApp({ policy: policy({ own: { capabilities: ['SYS_ADMIN'] }, general: narrower }) })]);
  await harbor.pass();
  expect(written()).toMatchObject([objected, { kind: 'objected', verdicts: [{ gate: 'registries' }] }]);
  // It goes on since it began.
  expect((await harbor.status()).apps[0]?.blockedBy[0]?.since).toBe(first?.blockedBy[0]?.since);
  harbor.declare([allowed]);
  await harbor.pass();
  await harbor.pass();
  expect(written()).toMatchObject([objected, {}, { kind: 'recovered', of: 'policy' }]);
  expect((await harbor.status()).apps[0]?.blockedBy).toEqual([]);
});

const narrower = { ...presets.homelab, registries: [] };

test('what the policy denies is not made anew when it fails', async () => {
  const harbor = await testHarbor({ apps: [allowed], model: sysAdmin, gates: all });
  await harbor.pass();
  harbor.declare([testApp({ policy: policy() })]);
  harbor.engine.containers = [];
  const before = harbor.engine.performed.length;
  await harbor.pass();
  expect(harbor.engine.performed.length).toBe(before);
});

test('the verdicts of a deployment are in its intent, the granted ones with whose word it was', async () => {
  const harbor = await testHarbor({ apps: [allowed], model: sysAdmin, gates: all });
  await harbor.pass();
  const intent = harbor.log.written.find(({ kind }) => kind === 'started');
  expect(intent).toMatchObject({
    verdicts: expect.arrayContaining([
      expect.objectContaining({
        gate: 'policy',
        reason: 'judged by the preset homelab; apps.shop.allow adds capabilities',
      }),
      expect.objectContaining({
        ruling: 'allow',
        reason: expect.stringMatching(/SYS_ADMIN.*\(allowed by apps\.shop\.allow\.capabilities\)$/),
      }),
    ]),
  });
});

const mounting: Omit<ComposeModel, 'name'> = {
  services: { web: { image: 'web:1', volumes: [{ type: 'bind', source: '/data/shop/x', target: '/x' }] } },
};

test('a link that a container planted where something is mounted blocks the deployment', async () => {
  const harbor = await testHarbor({ model: mounting, gates: all });
  harbor.live.links = new Map([['/data/shop/x', '/etc']]);
  expect(await harbor.pass()).toMatchObject([
    { kind: 'blocked', reasons: [{ code: 'denied', reason: expect.stringContaining('which leads to /etc') }] },
  ]);
  expect(harbor.engine.performed).toEqual([]);
});

test('one that is planted after the plan was judged ends it before a container is made', async () => {
  const harbor = await testHarbor({ model: mounting, gates: all });
  const { pull } = harbor.engine;
  harbor.engine.pull = async (...given) => {
    harbor.live.links = new Map([['/data/shop/x', '/etc']]);
    return pull.apply(harbor.engine, given);
  };
  const [outcome] = await harbor.pass();
  expect(outcome).toMatchObject({ kind: 'failed', code: 'tree-refused' });
  expect(harbor.engine.containers).toEqual([]);
});

test('presets grow: what a narrower one lets through, the wider ones do', () => {
  for (const key of ['capabilities', 'runtimes', 'log_drivers', 'volume_types', 'keys'] as const)
    for (const entry of presets.strict[key]) expect(presets.homelab[key]).toContain(entry);
});

test('status knows by heart what runs and what the policy says of it; what is asked for besides is read', async () => {
  const harbor = await testHarbor({ apps: [allowed], model: sysAdmin, gates: all });
  await harbor.pass('request');
  const { load } = harbor.releases;
  let reads = 0;
  harbor.releases.load = async (app, digest) => {
    reads += 1;
    return load.call(harbor.releases, app, digest);
  };
  await harbor.pass();
  reads = 0;
  const known = await harbor.status();
  expect(known.apps[0]?.sync).toEqual({ state: 'in-sync' });
  expect(reads).toBe(0);
  await harbor.restart();
  expect((await harbor.status()).apps[0]?.health).toEqual(known.apps[0]?.health);
  expect(reads).toBeGreaterThan(0);
});
