import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { EntryOf } from '../../src/model/entry.ts';
import type { Hook } from '../../src/model/hook.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';
import { applied, backup, harborWith, hook, migrate, shop, tell, warmUp } from './hooks-rig.ts';

test('hooks run in their order around the deployment, and are gone afterwards', async () => {
  const harbor = await harborWith([migrate, warmUp, tell, backup]);
  expect(await harbor.pass()).toEqual(applied);
  expect(harbor.done()).toEqual([
    'prepare pre-deploy-migrate-1',
    'start j1',
    'create web',
    'prepare post-deploy-warm-up-1',
    'start j3',
    'remove j1 j3',
  ]);
  expect(harbor.engine.containers.map(({ service }) => service)).toEqual(['web']);
  expect(harbor.last()?.hooks).toMatchObject([
    { ...migrate, intent: 2 - 1, end: { result: 'passed', exitCode: 0 } },
    { ...warmUp, end: { result: 'passed' } },
  ]);
});

test('a hook is written down before it starts, and its end before anything else is done', async () => {
  const harbor = await harborWith([migrate]);
  const seen: string[] = [];
  harbor.engine.beforeAct = (act) => void seen.push(`${act} after ${harbor.log.written.at(-1)?.kind}`);
  await harbor.pass();
  expect(seen.filter((line) => !line.startsWith('pull'))).toEqual([
    'prepare pre-deploy-migrate-1 after step',
    'start j1 after hook-begun',
    'create web after step',
    'remove j1 after step',
  ]);
  expect(harbor.log.written.map(({ kind }) => kind).filter((kind) => kind !== 'step')).toEqual([
    'started',
    'hook-begun',
    'hook-ended',
    'finished',
  ]);
});

test('nothing to do runs no hook; nor does what is healed', async () => {
  const harbor = await harborWith([migrate, warmUp]);
  await harbor.pass();
  harbor.done();
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  harbor.engine.containers = [];
  expect(await harbor.pass()).toEqual(applied);
  expect(harbor.done()).toEqual(['create web']);
  expect(harbor.runs()).toEqual(['pre_deploy migrate', 'post_deploy warm-up']);
});

test('a change of nothing but the hook is a deployment, and runs it', async () => {
  const harbor = await harborWith([migrate]);
  await harbor.pass();
  harbor.done();
  harbor.push(shop(1, { migrate: { image: 'migrate:2', profiles: ['hooks'] } }));
  expect(await harbor.pass()).toEqual(applied);
  expect(harbor.done()).toEqual([expect.stringMatching(/^prepare pre-deploy-migrate-/), 'start j3', 'remove j3']);
});

test('another time limit makes no other release', async () => {
  const harbor = await harborWith([migrate]);
  await harbor.pass();
  harbor.declare([testApp({ hooks: [{ ...migrate, limit: 1000 }] })]);
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  harbor.push(shop(2));
  harbor.engine.jobs = { migrate: { exitCode: undefined } };
  expect(await harbor.pass()).toMatchObject([{ code: 'hook-failed', message: expect.stringContaining('within 1s') }]);
});

test('a job that is not in the profile of jobs, and one that others depend on, is neither deployed nor missed either', async () => {
  const harbor = await testHarbor({
    apps: [testApp({ hooks: [migrate] })],
    model: {
      services: {
        web: { image: 'web:1', depends_on: { migrate: { condition: 'service_completed_successfully' } } },
        migrate: { image: 'migrate:1' },
      },
    },
  });
  expect(await harbor.pass()).toEqual(applied);
  expect(harbor.engine.performed).toContain('create web');
  expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  expect((await harbor.status()).apps[0]).toMatchObject({
    sync: { state: 'in-sync' },
    health: { state: 'healthy', services: [{ service: 'web' }] },
  });
});

test('a hook that is not declared is an error that says so', async () => {
  const harbor = await harborWith([hook('pre_deploy', 'migrat')]);
  expect(await harbor.pass()).toMatchObject([
    { kind: 'failed', code: 'compose-invalid', hint: expect.stringContaining('Did you mean "migrate"?') },
  ]);
});

test('what a hook before the deployment depends on is made first, on an empty host; what runs is not touched before it', async () => {
  const migrating = { image: 'migrate:1', profiles: ['hooks'], depends_on: { db: { condition: 'service_healthy' } } };
  const harbor = await harborWith([migrate]);
  harbor.push(shop(1, { db: { image: 'db:1' }, migrate: migrating }));
  expect(await harbor.pass()).toEqual(applied);
  expect(harbor.done().slice(0, 4)).toEqual([
    'create db',
    expect.stringContaining('prepare'),
    'start j2',
    'create web',
  ]);
  harbor.push(shop(2, { db: { image: 'db:2' }, migrate: migrating }));
  expect(await harbor.pass()).toEqual(applied);
  expect(harbor.done().slice(0, 3)).toEqual([
    expect.stringContaining('prepare'),
    expect.stringContaining('start'),
    'replace web db',
  ]);
});

describe('a hook that fails', () => {
  test('before the deployment leaves everything as it was, with what it wrote in reach; the release is not tried again by itself', async () => {
    const harbor = await harborWith([migrate, tell]);
    await harbor.pass();
    harbor.done();
    harbor.push(shop(2));
    harbor.engine.jobs = { migrate: { exitCode: 3, output: 'relation "users" does not exist' } };
    expect(await harbor.pass()).toMatchObject([
      {
        kind: 'failed',
        code: 'hook-failed',
        step: 'hook migrate (pre_deploy)',
        message: 'the hook migrate (pre_deploy) failed: it ended with exit code 3\nrelation "users" does not exist',
        hint: expect.stringContaining('harbormaster retry shop'),
      },
    ]);
    expect(harbor.web()).toEqual(['web:1']);
    expect(harbor.done().filter((act) => /^(create|replace|remove [^j]|stop)/.test(act))).toEqual([]);
    expect(harbor.history()).toMatchObject({
      applied: harbor.history()?.deployed?.release,
      quarantined: [{ reason: 'the hook migrate (pre_deploy) failed: it ended with exit code 3' }],
    });
    expect((await harbor.status()).apps[0]?.blockedBy).toMatchObject([
      { code: 'hook-failed', detail: expect.stringContaining('relation "users"'), lift: 'harbormaster retry shop' },
    ]);
    expect(await harbor.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
    expect(harbor.runs().filter((run) => run.endsWith('migrate'))).toHaveLength(2);
    expect(harbor.engine.containers.map(({ service }) => service)).toEqual(['web']);
  });

  test('is run again when a person tries the release once more', async () => {
    const harbor = await harborWith([migrate]);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.engine.jobs = { migrate: { exitCode: 3 } };
    await harbor.pass();
    harbor.engine.jobs = {};
    await harbor.harbor().retry(['shop'], { kind: 'request' }, () => undefined);
    expect(harbor.web()).toEqual(['web:2']);
    expect(harbor.runs()).toEqual(['pre_deploy migrate', 'pre_deploy migrate', 'pre_deploy migrate']);
  });

  test('after it makes the deployment fail, and the deployed release is brought back', async () => {
    const harbor = await harborWith([warmUp]);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.engine.jobs = { 'warm-up': { exitCode: 1 } };
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'hook-failed' }]);
    expect(harbor.web()).toEqual(['web:1']);
    expect(harbor.last()).toMatchObject({ purpose: 'restore', outcome: { kind: 'applied' } });
  });

  test('by its time limit is stopped', async () => {
    const harbor = await harborWith([{ ...migrate, limit: 90_000 }]);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.engine.jobs = { migrate: { exitCode: undefined, output: 'waiting for a lock' } };
    const begun = harbor.clock.elapsed();
    expect(await harbor.pass()).toMatchObject([
      {
        code: 'hook-failed',
        message: expect.stringMatching(/did not end within 1m30s, and was stopped\nwaiting for a lock$/),
      },
    ]);
    expect(harbor.clock.elapsed() - begun).toBeGreaterThanOrEqual(90_000);
    expect(harbor.engine.performed).toContain('stop j3');
    expect(harbor.web()).toEqual(['web:1']);
  });

  test('by its time limit and cannot be stopped keeps everything else from being done, says so, and is looked after until it has ended', async () => {
    const harbor = await harborWith([migrate, tell]);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.engine.jobs = { migrate: { exitCode: undefined } };
    harbor.engine.failOn = 'stop j';
    const stuck = {
      kind: 'failed',
      code: 'engine-refused',
      message: expect.stringContaining('the hook migrate (pre_deploy) has not ended, and could not be stopped'),
      hint: expect.stringContaining('docker kill shop-pre-deploy-migrate-'),
    };
    expect(await harbor.pass()).toMatchObject([{ ...stuck, code: 'hook-failed' }]);
    expect(await harbor.pass()).toMatchObject([stuck]);
    harbor.push(shop(3));
    harbor.clock.advance(3_600_000);
    await harbor.restart();
    expect(await harbor.pass()).toMatchObject([stuck]);
    expect(await harbor.harbor().retry(['shop'], { kind: 'request', by: 'ada' }, () => undefined)).toMatchObject([
      { outcome: stuck },
    ]);
    expect(harbor.runs()).toEqual(['pre_deploy migrate', 'pre_deploy migrate']);
    expect(harbor.web()).toEqual(['web:1']);
    harbor.engine.failOn = undefined;
    harbor.engine.jobs = {};
    expect(await harbor.pass()).toEqual(applied);
    expect(harbor.web()).toEqual(['web:3']);
    const ends = harbor.log.written.flatMap((entry) => (entry.kind === 'hook-ended' ? [entry.end.result] : []));
    expect(ends).toEqual(['passed', 'failed', 'passed']);
    expect(harbor.history()?.hooks).toBeUndefined();
  });

  test('by being made impossible to start has failed', async () => {
    const harbor = await harborWith([migrate]);
    harbor.engine.failOn = 'start j';
    expect(await harbor.pass()).toMatchObject([
      { code: 'hook-failed', message: expect.stringContaining('could not be started') },
    ]);
    expect(harbor.web()).toEqual([]);
  });

  test('may write secrets: they are in no entry', async () => {
    const harbor = await harborWith([migrate]);
    const environment = { DB_PASSWORD: 'hunter2$$x', GREETING: 'hello there' };
    harbor.push(shop(2, { migrate: { image: 'migrate:2', profiles: ['hooks'], environment } }));
    harbor.engine.jobs = { migrate: { exitCode: 1, output: 'hello there, no login with hunter2$x' } };
    await harbor.pass();
    const written = JSON.stringify(harbor.log.written);
    expect(written).toContain('hello there, no login with ***');
    expect(written).not.toContain('hunter2');
  });
});

describe('hooks for failures', () => {
  test('run once when a release does not get healthy, before the deployed one is brought back', async () => {
    const harbor = await harborWith([migrate, tell]);
    await harbor.pass();
    harbor.done();
    harbor.push(shop('bad'));
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    expect(harbor.done()).toEqual([
      expect.stringContaining('prepare pre-deploy-migrate'),
      'start j3',
      'replace web',
      expect.stringContaining('prepare on-failure-tell'),
      'start j5',
      'remove j3 j5',
      'replace web',
    ]);
    expect(harbor.runs().filter((run) => run.endsWith('tell'))).toHaveLength(1);
  });

  test('are told what failed, and hide nothing when they fail themselves', async () => {
    const harbor = await harborWith([tell]);
    await harbor.pass();
    harbor.push(shop('bad'));
    const models: string[] = [];
    const { prepare } = harbor.engine;
    harbor.engine.prepare = (job) => {
      models.push(job.model);
      return prepare.call(harbor.engine, job);
    };
    harbor.engine.jobs = { tell: { exitCode: 9, output: 'no such chat' } };
    expect(await harbor.pass()).toMatchObject([{ code: 'unhealthy' }]);
    const environment = /"environment":(\{[^}]*HARBORMASTER_HOOK[^}]*\})/.exec(models[0] ?? '')?.[1];
    expect(JSON.parse(environment ?? '{}')).toMatchObject({
      HARBORMASTER_APP: 'shop',
      HARBORMASTER_HOOK: 'on_failure',
      HARBORMASTER_FAILED_STEP: 'wait for web until healthy',
      HARBORMASTER_FAILURE: 'service web is unhealthy',
      HARBORMASTER_RELEASE: harbor.history()?.attempted?.release,
    });
    const failed = harbor.log.written.findLast(
      (entry): entry is EntryOf<'finished'> => entry.kind === 'finished' && entry.purpose === 'deploy',
    );
    expect(failed?.hooks).toMatchObject([{ service: 'tell', end: { result: 'failed', output: 'no such chat' } }]);
  });

  test('do not run when nothing was begun', async () => {
    const harbor = await harborWith([tell]);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.engine.failOn = 'pull web:2';
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed' }]);
    expect(harbor.runs()).toEqual([]);
  });
});

describe('a hook that cannot be undone', () => {
  const irreversible = { ...migrate, irreversible: true };
  const failing = async (more: Partial<App> = {}, hooks: readonly Hook[] = [irreversible]) => {
    const harbor = await harborWith(hooks, more);
    await harbor.pass();
    harbor.push(shop('bad'));
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    return harbor;
  };

  test('turns rollback into hold, with the reason and the command that lifts it', async () => {
    const harbor = await failing();
    expect(harbor.web()).toEqual(['web:bad']);
    expect(harbor.history()?.hold?.reason).toMatch(
      /^release [0-9a-f]{12} failed, and its irreversible hook migrate had run: service web is unhealthy$/,
    );
    expect((await harbor.status()).apps[0]?.blockedBy).toMatchObject([
      { code: 'held', lift: 'harbormaster release shop' },
      { code: 'unhealthy' },
      {
        code: 'left',
        detail: expect.stringContaining('its irreversible hook migrate had run'),
        lift: expect.stringContaining('harbormaster rollback shop'),
      },
    ]);
    harbor.push(shop(3));
    expect(await harbor.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'held' }] }]);
    await harbor.restart();
    await harbor.pass();
    expect(harbor.web()).toEqual(['web:bad']);
  });

  test('lets the next release in once the hold is lifted, and is forgotten when that is well', async () => {
    const harbor = await failing();
    await harbor.harbor().release('shop', undefined, { kind: 'request' });
    expect(await harbor.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
    expect(harbor.web()).toEqual(['web:bad']);
    harbor.push(shop(3));
    expect(await harbor.pass()).toEqual(applied);
    expect(harbor.history()?.irreversible).toBeUndefined();
    harbor.push(shop('bad', { migrate: { image: 'migrate:4', profiles: ['hooks'] }, side: { image: 'side:1' } }));
    harbor.declare([testApp({ hooks: [] })]);
    harbor.push({ services: { web: { image: 'web:bad' } } });
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    expect(harbor.web()).toEqual(['web:3']);
  });

  test('keeps nobody from going back by hand, who is told what stays', async () => {
    const harbor = await failing();
    const told: string[] = [];
    const request = { app: 'shop', to: undefined, reason: 'the data is fine', hold: false };
    await harbor.harbor().rollback(request, { kind: 'request' }, (_, message) => void told.push(message));
    expect(harbor.web()).toEqual(['web:1']);
    expect(told).toContainEqual(expect.stringMatching(/^what migrate did for release .* stays done/));
    expect(harbor.runs()).toEqual(['pre_deploy migrate', 'pre_deploy migrate']);
  });

  test('by the label of its service is one, too', async () => {
    const harbor = await harborWith([migrate]);
    await harbor.pass();
    const labels = { 'harbormaster.irreversible': 'true' };
    harbor.push(shop('bad', { migrate: { image: 'migrate:2', profiles: ['hooks'], labels } }));
    await harbor.pass();
    expect(harbor.web()).toEqual(['web:bad']);
    expect(harbor.history()?.hold).toBeDefined();
  });

  test('that failed before anything was touched needs no hold', async () => {
    const harbor = await harborWith([irreversible]);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.engine.jobs = { migrate: { exitCode: 1 } };
    await harbor.pass();
    expect(harbor.history()?.hold).toBeUndefined();
    expect(harbor.web()).toEqual(['web:1']);
  });

  test('that never ran changes nothing: the deployed release comes back', async () => {
    const harbor = await harborWith([warmUp]);
    await harbor.pass();
    harbor.push(shop('bad'));
    await harbor.pass();
    expect(harbor.web()).toEqual(['web:1']);
  });
});

describe('when an app leaves the configuration', () => {
  const leaving = async (hooks: readonly Hook[] = [backup]) => {
    const harbor = await harborWith(hooks);
    await harbor.pass();
    harbor.done();
    harbor.declare([]);
    return harbor;
  };

  test('its hook runs before it is removed, as it was deployed', async () => {
    const harbor = await leaving();
    await harbor.apply([]);
    expect(harbor.done()).toEqual([
      expect.stringMatching(/^prepare pre-remove-backup-/),
      'start j2',
      'remove c1',
      'remove j2',
    ]);
    expect(harbor.engine.containers).toEqual([]);
    expect(harbor.last()).toMatchObject({
      purpose: 'remove',
      outcome: { kind: 'applied' },
      hooks: [{ moment: 'pre_remove', service: 'backup', end: { result: 'passed' } }],
    });
    await harbor.apply([]);
    expect(harbor.done()).toEqual([]);
  });

  test('a hook that fails keeps it, until a person asks again', async () => {
    const harbor = await leaving();
    harbor.engine.jobs = { backup: { exitCode: 1, output: 'no space' } };
    const loop = () => harbor.harbor().pass([], { kind: 'interval' }, () => undefined);
    await loop();
    await loop();
    await loop();
    expect(harbor.web()).toEqual(['web:1']);
    expect(harbor.runs()).toEqual(['pre_remove backup']);
    expect(harbor.last()).toMatchObject({
      outcome: { kind: 'failed', code: 'hook-failed', message: expect.stringContaining('no space') },
    });
    harbor.engine.jobs = {};
    await harbor.apply(['shop']);
    expect(harbor.engine.containers).toEqual([]);
    expect(harbor.runs()).toEqual(['pre_remove backup', 'pre_remove backup']);
  });

  test('a hook that cannot be stopped keeps it until that has ended, which is told once', async () => {
    const harbor = await leaving();
    harbor.engine.jobs = { backup: { exitCode: undefined } };
    harbor.engine.failOn = 'stop j';
    const loop = () => harbor.harbor().pass([], { kind: 'interval' }, () => undefined);
    const stuck = { kind: 'failed', hint: expect.stringContaining('docker kill') };
    for (let round = 0; round < 3; round += 1) expect(await loop()).toMatchObject([{ app: 'shop', outcome: stuck }]);
    await harbor.apply(['shop']);
    expect(harbor.runs()).toEqual(['pre_remove backup']);
    expect(harbor.web()).toEqual(['web:1']);
    harbor.engine.failOn = undefined;
    harbor.engine.jobs = {};
    await loop();
    expect(harbor.engine.containers).toEqual([]);
    expect(harbor.history()).toBeUndefined();
  });

  test('a crash in its hook does not run it twice', async () => {
    const harbor = await leaving();
    const { append } = harbor.log;
    harbor.log.append = (body) =>
      ['hook-ended', 'finished'].includes(body.kind)
        ? Promise.reject(new HarborError('dead', { code: 'log-unwritable' }))
        : append.call(harbor.log, body);
    await harbor.apply([]).catch(() => undefined);
    harbor.log.append = append;
    await harbor.restart();
    await harbor.apply([]);
    expect(harbor.engine.containers).toEqual([]);
    expect(harbor.runs()).toEqual(['pre_remove backup']);
  });
});
