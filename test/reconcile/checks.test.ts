import { describe, expect, test } from 'vitest';
import type { App } from '../../src/model/app.ts';
import type { CheckConfig } from '../../src/model/check.ts';
import type { EntryOf } from '../../src/model/entry.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const check = (type: string, options: object, more: Partial<CheckConfig> = {}): CheckConfig => ({
  type,
  name: undefined,
  options: { ...options },
  limit: 5000,
  retries: 0,
  pause: 2000,
  ...more,
});

const command = check('command', { service: 'web', command: ['ready'] });
const smoke = check('service', { service: 'smoke' });

const web = (version: number | string) => ({
  services: { web: { image: `web:${version}` }, smoke: { image: `smoke:1`, profiles: ['hooks'] } },
});

async function harborWith(checks: readonly CheckConfig[], more: Partial<App> = {}) {
  const harbor = await testHarbor({ apps: [testApp({ checks, ...more })], model: web(1) });
  harbor.engine.byImage = (image) => (image === 'web:bad' ? { health: 'unhealthy' } : {});
  return {
    ...harbor,
    fail: (output = 'not ready') => {
      harbor.engine.executed = () => ({ exitCode: 1, output });
    },
    asked: () => harbor.engine.performed.filter((act) => act.startsWith('exec')).length,
    ended: (purpose: string) =>
      harbor.log.written.findLast(
        (entry): entry is EntryOf<'finished'> => entry.kind === 'finished' && entry.purpose === purpose,
      ),
    web: () =>
      harbor.engine.containers.flatMap(({ service, imageId }) =>
        service === 'web' ? [imageId.replace('id-of-', '').replace(/@.*$/, '')] : [],
      ),
  };
}

test('a release is asked once it is healthy, and its answers stand in the entry', async () => {
  const harbor = await harborWith([command, check('service', { service: 'smoke' }, { name: 'front page' })]);
  expect(await harbor.pass()).toEqual([{ kind: 'applied' }]);
  expect(harbor.engine.performed.filter((act) => !act.startsWith('pull'))).toEqual([
    'create web',
    'exec c1 ready',
    'prepare check-smoke-1-1',
    'start j2',
    'remove j2',
  ]);
  expect(harbor.ended('deploy')?.checks).toEqual([
    { check: 'command ready in web', passed: true, attempts: 1, detail: 'ended with exit code 0', duration: 0 },
    { check: 'front page', passed: true, attempts: 1, detail: 'ended with exit code 0', duration: 0 },
  ]);
  const steps = harbor.log.written.flatMap((entry) => (entry.kind === 'step' ? [entry.title] : []));
  expect(steps.slice(-3)).toEqual(['wait for web until healthy', 'check command ready in web', 'check front page']);
});

test('one that needs a service that is not deployed is told before anything is touched', async () => {
  const harbor = await harborWith([check('command', { service: 'wob', command: ['ready'] })]);
  expect(await harbor.plan()).toMatchObject([
    {
      kind: 'failed',
      code: 'compose-invalid',
      message: expect.stringContaining('needs a container of wob'),
      hint: expect.stringContaining('Did you mean "web"?'),
    },
  ]);
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'compose-invalid' }]);
  expect(harbor.engine.performed).toEqual([]);
  harbor.declare([testApp({ checks: [check('command', { service: 'smoke', command: ['ready'] }), smoke] })]);
  expect(await harbor.pass()).toMatchObject([{ message: expect.stringContaining('needs a container of smoke') }]);
});

test('nothing to do asks nothing; nor does what is healed', async () => {
  const harbor = await harborWith([command]);
  await harbor.pass();
  await harbor.pass();
  harbor.engine.containers = [];
  await harbor.pass();
  expect(harbor.asked()).toBe(1);
});

describe('a check that fails', () => {
  test('makes the release fail: rolled back, quarantined, with what was answered in reach', async () => {
    const harbor = await harborWith([command]);
    await harbor.pass();
    harbor.push(web(2));
    harbor.fail('database: no connection');
    expect(await harbor.pass()).toMatchObject([
      {
        kind: 'failed',
        code: 'check-failed',
        step: 'check command ready in web',
        message: 'the check "command ready in web" failed: ended with exit code 1\ndatabase: no connection',
      },
    ]);
    expect(harbor.web()).toEqual(['web:1']);
    expect(harbor.ended('deploy')?.checks).toMatchObject([{ passed: false, output: 'database: no connection' }]);
    expect((await harbor.status()).apps[0]?.blockedBy).toMatchObject([
      { code: 'check-failed', detail: expect.stringContaining('database: no connection') },
    ]);
    expect(await harbor.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
  });

  test('is asked again as often as it says, with a pause between', async () => {
    const harbor = await harborWith([{ ...command, retries: 2 }]);
    let asked = 0;
    harbor.engine.executed = () => ({ exitCode: ++asked === 3 ? 0 : 1, output: 'wait' });
    const begun = harbor.clock.elapsed();
    expect(await harbor.pass()).toEqual([{ kind: 'applied' }]);
    expect(asked).toBe(3);
    expect(harbor.clock.elapsed() - begun).toBeGreaterThanOrEqual(4000);
    expect(harbor.ended('deploy')?.checks).toMatchObject([{ passed: true, attempts: 3 }]);
  });

  test('of several the later ones are not asked', async () => {
    const harbor = await harborWith([command, smoke]);
    harbor.fail();
    await harbor.pass();
    expect(harbor.ended('deploy')?.checks).toHaveLength(1);
    expect(harbor.engine.performed.some((act) => act.startsWith('prepare'))).toBe(false);
  });

  test('leaves the release in place where the policy says so', async () => {
    const harbor = await harborWith([command], { onFailure: 'leave' });
    await harbor.pass();
    harbor.push(web(2));
    harbor.fail();
    await harbor.pass();
    expect(harbor.web()).toEqual(['web:2']);
  });

  test('a one-shot service that takes too long is stopped, and its container goes', async () => {
    const harbor = await harborWith([smoke]);
    harbor.engine.jobs = { smoke: { exitCode: undefined } };
    expect(await harbor.pass()).toMatchObject([
      { code: 'check-failed', message: 'the check "service smoke" failed: did not end within 5 s, and was stopped' },
    ]);
    expect(harbor.engine.containers.map(({ service }) => service)).toEqual(['web']);
  });
});

describe('when an earlier release comes back', () => {
  test('by itself, cheap checks are asked once more and only told', async () => {
    const harbor = await harborWith([command, smoke]);
    await harbor.pass();
    harbor.fail('nothing works');
    harbor.push(web('bad'));
    expect(await harbor.pass()).toMatchObject([{ code: 'unhealthy' }]);
    expect(harbor.ended('restore')).toMatchObject({
      outcome: { kind: 'applied' },
      checks: [{ check: 'command ready in web', passed: false, advisory: true, output: 'nothing works' }],
    });
    expect(harbor.ended('restore')?.checks).toHaveLength(1);
    expect(harbor.web()).toEqual(['web:1']);
    expect(await harbor.pass()).toMatchObject([{ kind: 'blocked' }]);
  });

  test('by hand, too', async () => {
    const harbor = await harborWith([command]);
    await harbor.pass();
    harbor.push(web(2));
    await harbor.pass();
    harbor.fail();
    const request = { app: 'shop', to: undefined, reason: 'slow', hold: false };
    const report = await harbor.harbor().rollback(request, { kind: 'request' }, () => undefined);
    expect(report.outcome).toEqual({ kind: 'applied' });
    expect(harbor.ended('rollback')?.checks).toMatchObject([{ passed: false, advisory: true }]);
    expect(harbor.web()).toEqual(['web:1']);
  });
});

test('a check that is new is asked with the next release', async () => {
  const harbor = await harborWith([]);
  await harbor.pass();
  harbor.declare([testApp({ checks: [command] })]);
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  harbor.push(web(2));
  await harbor.pass();
  expect(harbor.asked()).toBe(1);
});
