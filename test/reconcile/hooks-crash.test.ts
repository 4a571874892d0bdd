import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { Hook } from '../../src/model/hook.ts';
import { applied, harborWith, migrate, type Shop, shop, tell, warmUp } from './hooks-rig.ts';

/** Harbormaster dies right before it does this. */
async function killedAt(harbor: Shop, act: RegExp | string): Promise<void> {
  const death = new HarborError('the log cannot be written', { code: 'log-unwritable' });
  const { append } = harbor.log;
  let isDead = false;
  const beforeAct = (done: string): void => {
    if (!isDead && !new RegExp(act).test(done)) return;
    isDead = true;
    throw death;
  };
  harbor.engine.beforeAct = beforeAct;
  harbor.log.append = (body) => (isDead ? Promise.reject(death) : append.call(harbor.log, body));
  await harbor.pass().catch(() => undefined);
  expect(isDead).toBe(true);
  harbor.engine.beforeAct = () => undefined;
  harbor.log.append = append;
  await harbor.restart();
}

describe('after a crash', () => {
  const begin = async (hooks: readonly Hook[] = [migrate], more: Partial<App> = {}) => {
    const harbor = await harborWith(hooks, more);
    await harbor.pass();
    harbor.push(shop(2));
    harbor.done();
    return harbor;
  };
  const migrations = (harbor: Shop): number => harbor.runs().filter((run) => run.endsWith('migrate')).length - 1;
  const starts = (harbor: Shop): number => harbor.done().filter((act) => act.startsWith('start j')).length;

  test('before its container was made the hook runs', async () => {
    const harbor = await begin();
    await killedAt(harbor, /^prepare/);
    expect(await harbor.pass()).toEqual(applied);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
    expect(harbor.web()).toEqual(['web:2']);
  });

  test('before its container was started the hook runs, in a new one', async () => {
    const harbor = await begin();
    await killedAt(harbor, /^start j/);
    expect(harbor.engine.containers.map(({ state }) => state)).toContain('created');
    expect(await harbor.pass()).toEqual(applied);
    expect(starts(harbor)).toBe(1);
    expect(harbor.engine.containers.map(({ service }) => service)).toEqual(['web']);
    expect(harbor.last()?.hooks).toMatchObject([{ service: 'migrate', end: { result: 'passed' } }]);
    expect(harbor.last()?.hooks).toHaveLength(1);
  });

  test('after its end was written the hook is not run again, and the plan does not say so either', async () => {
    const harbor = await begin([migrate, warmUp]);
    await killedAt(harbor, /^replace web/);
    expect(starts(harbor)).toBe(1);
    expect(JSON.stringify(await harbor.plan())).not.toContain('"service":"migrate"');
    expect(await harbor.pass()).toEqual(applied);
    expect(migrations(harbor)).toBe(1);
    expect(harbor.web()).toEqual(['web:2']);
    expect(harbor.last()?.hooks).toMatchObject([{ service: 'migrate' }, { service: 'warm-up' }]);
  });

  test('while it ran its end is waited for, and it is not run again', async () => {
    const harbor = await begin();
    harbor.engine.jobs = { migrate: { exitCode: undefined } };
    const { inspect } = harbor.engine;
    harbor.engine.inspect = (ids) => {
      if (ids.some((id) => id.startsWith('j'))) throw new HarborError('dead', { code: 'log-unwritable' });
      return inspect.call(harbor.engine, ids);
    };
    const { append } = harbor.log;
    harbor.log.append = (body) =>
      body.kind === 'finished'
        ? Promise.reject(new HarborError('dead', { code: 'log-unwritable' }))
        : append.call(harbor.log, body);
    await harbor.pass().catch(() => undefined);
    harbor.engine.inspect = inspect;
    harbor.log.append = append;
    await harbor.restart();
    const begun = harbor.clock.elapsed();
    let looks = 0;
    harbor.engine.inspect = (ids) => {
      looks += 1;
      if (looks === 10)
        harbor.engine.containers = harbor.engine.containers.map((each) =>
          each.job === undefined ? each : { ...each, state: 'exited', exitCode: 0 },
        );
      return inspect.call(harbor.engine, ids);
    };
    expect(await harbor.pass()).toEqual(applied);
    expect(harbor.clock.elapsed()).toBeGreaterThan(begun);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
    expect(harbor.web()).toEqual(['web:2']);
  });

  test('of the log alone, right when it has passed, the hook is not run again, and its end is written after all', async () => {
    const harbor = await begin();
    const { append } = harbor.log;
    const full = new HarborError('no space', { code: 'log-unwritable' });
    harbor.log.append = async (body) => {
      if (body.kind !== 'hook-ended') return append.call(harbor.log, body);
      harbor.log.append = append;
      throw full;
    };
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'log-unwritable' }]);
    harbor.clock.advance(3_600_000);
    expect(await harbor.pass()).toEqual(applied);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
    expect(harbor.last()?.hooks).toMatchObject([{ service: 'migrate', end: { result: 'passed' } }]);
    expect(harbor.web()).toEqual(['web:2']);
  });

  /** It ran when Harbormaster died, and this became of it. */
  const leftRunning = async (becomes: (harbor: Shop) => void, hooks?: readonly Hook[], more?: Partial<App>) => {
    const harbor = await begin(hooks, more);
    const { append } = harbor.log;
    harbor.log.append = (body) =>
      ['hook-ended', 'finished'].includes(body.kind)
        ? Promise.reject(new HarborError('dead', { code: 'log-unwritable' }))
        : append.call(harbor.log, body);
    await harbor.pass().catch(() => undefined);
    harbor.log.append = append;
    becomes(harbor);
    await harbor.restart();
    return harbor;
  };
  const alter = (change: object) => (harbor: Shop) => {
    harbor.engine.containers = harbor.engine.containers.map((each) =>
      each.job === undefined ? each : { ...each, ...change },
    );
  };

  test('what it came to meanwhile counts: it passed', async () => {
    const harbor = await leftRunning(alter({ state: 'exited', exitCode: 0 }));
    expect(await harbor.pass()).toEqual(applied);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
  });

  test('what it came to meanwhile counts: it failed, and nothing is touched', async () => {
    const harbor = await leftRunning(alter({ state: 'exited', exitCode: 2 }));
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'hook-failed' }]);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
    expect(harbor.web()).toEqual(['web:1']);
    expect(harbor.engine.containers.map(({ service }) => service)).toEqual(['web']);
  });

  test('one whose container is gone is lost: it fails, and neither hangs nor runs again', async () => {
    const harbor = await leftRunning((left) => {
      left.engine.containers = left.engine.containers.filter(({ job }) => job === undefined);
    });
    expect(await harbor.pass()).toMatchObject([
      {
        kind: 'failed',
        code: 'hook-failed',
        message: 'the hook migrate (pre_deploy) is lost: its container is gone, and nobody knows how it ended',
        hint: expect.stringContaining('Find out, and then: harbormaster retry shop'),
      },
    ]);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
    expect(harbor.web()).toEqual(['web:1']);
    expect(await harbor.pass()).toMatchObject([{ kind: 'blocked' }]);
  });

  test('a newer release waits for its end, and has hooks of its own', async () => {
    const harbor = await leftRunning(alter({ state: 'exited', exitCode: 0 }));
    harbor.push(shop(3));
    expect(await harbor.pass()).toEqual(applied);
    expect(harbor.web()).toEqual(['web:3']);
    expect(migrations(harbor)).toBe(2);
    const kinds = harbor.log.written
      .map(({ kind }) => kind)
      .filter((kind) => kind.startsWith('hook') || kind === 'started');
    expect(kinds.slice(-5)).toEqual(['hook-begun', 'hook-ended', 'started', 'hook-begun', 'hook-ended']);
  });

  test('a hook for failures is not run again', async () => {
    const harbor = await harborWith([tell]);
    await harbor.pass();
    harbor.push(shop('bad'));
    const { append } = harbor.log;
    harbor.log.append = (body) =>
      body.kind === 'finished'
        ? Promise.reject(new HarborError('dead', { code: 'log-unwritable' }))
        : append.call(harbor.log, body);
    await harbor.pass().catch(() => undefined);
    harbor.log.append = append;
    await harbor.restart();
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    expect(harbor.runs()).toEqual(['on_failure tell']);
    expect(harbor.web()).toEqual(['web:1']);
  });

  test('the engine that went away in the middle ends nothing: what has passed is not run again', async () => {
    const harbor = await begin();
    harbor.engine.beforeAct = (act) => {
      if (act.startsWith('replace')) throw new HarborError('gone', { code: 'engine-unreachable' });
    };
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'engine-unreachable' }]);
    harbor.engine.beforeAct = () => undefined;
    expect(await harbor.pass()).toEqual(applied);
    expect([migrations(harbor), starts(harbor)]).toEqual([1, 1]);
    expect(harbor.web()).toEqual(['web:2']);
  });
});
