import { describe, expect, test } from 'vitest';
import { type Judgement, judge, meets } from '../../src/core/health.ts';
import type { ContainerReport } from '../../src/model/observed.ts';
import { report, service } from '../support/builders.ts';

const limits = { deadline: 60_000, minReady: 10_000 };
const now = 100_000;
const plain = service('web');
const job = service('migrate', { oneShot: true });

const said = (judgement: Judgement): string => {
  if (judgement.kind === 'healthy') return 'healthy';
  return judgement.kind === 'failed' ? `failed: ${judgement.reason}` : `progressing: ${judgement.detail}`;
};
const judged = (more: Partial<ContainerReport>, of = plain, since?: number) =>
  said(judge(of, report('web', more), limits, { now, ...(since !== undefined && { since }) }));

const oneShotHint = 'If it is meant to run to an end, give it the label `harbormaster.one-shot: "true"`';

describe('a container of a service that stays', () => {
  test.each<[string, Partial<ContainerReport>, string]>([
    ['running, with a healthcheck that passed', { health: 'healthy', startedAt: now }, 'healthy'],
    ['running, with a healthcheck that has not passed yet', { health: 'starting' }, 'progressing: health: starting'],
    ['running, with a healthcheck that failed', { health: 'unhealthy' }, 'failed: is unhealthy'],
    [
      'running, with a healthcheck that said why: what it said may be a secret',
      { health: 'unhealthy', healthOutput: 'connection refused' },
      'failed: is unhealthy',
    ],
    ['running without one, long enough', { startedAt: now - 10_000 }, 'healthy'],
    ['running without one, not long enough', { startedAt: now - 9_999 }, 'progressing: up 10 s'],
    ['running, started in the future by a clock that jumped', { startedAt: now + 5_000 }, 'progressing: up 0 s'],
    ['created', { state: 'created' }, 'progressing: created'],
    [
      'created, and refused by the engine',
      { state: 'created', error: 'no such device' },
      'failed: could not start: no such device',
    ],
    ['restarting', { state: 'restarting', restarts: 1, exitCode: 1 }, 'progressing: restarting'],
    ['paused', { state: 'paused' }, 'progressing: paused'],
    ['removing', { state: 'removing' }, 'progressing: removing'],
    ['ended well', { state: 'exited' }, `failed: ended with exit code 0. ${oneShotHint}`],
    ['ended badly', { state: 'exited', exitCode: 3 }, 'failed: exited with code 3'],
    [
      'killed for memory',
      { state: 'exited', exitCode: 137, oomKilled: true },
      'failed: exited with code 137 (killed: out of memory)',
    ],
    [
      'ended with an error of the engine',
      { state: 'exited', exitCode: 127, error: 'no such file' },
      'failed: exited with code 127: no such file',
    ],
    ['dead', { state: 'dead', exitCode: 1 }, 'failed: exited with code 1'],
  ])('%s', (_, found, expected) => {
    expect(judged(found)).toBe(expected);
  });
});

describe('restarts by the engine', () => {
  test.each<[string, Partial<ContainerReport>, string]>([
    ['two are bad luck', { state: 'restarting', restarts: 2, exitCode: 1 }, 'progressing: restarting'],
    [
      'three are a loop',
      { state: 'restarting', restarts: 3, exitCode: 1 },
      'failed: is in a crash loop: restarted 3 times, last exit code 1',
    ],
    [
      'that runs again: its exit code is unknown then',
      { restarts: 4, exitCode: 0, startedAt: now },
      'progressing: up 0 s',
    ],
    ['that runs for long enough again', { restarts: 4, startedAt: now - 10_000 }, 'healthy'],
    [
      'for memory',
      { state: 'restarting', restarts: 3, exitCode: 137, oomKilled: true },
      'failed: is in a crash loop: restarted 3 times, last exit code 137 (killed: out of memory)',
    ],
    ['that came to an end: it runs long enough now', { restarts: 1, startedAt: now - 10_000 }, 'healthy'],
    ['that may go on: the engine itself waits longer', { restarts: 1, startedAt: now - 9_000 }, 'progressing: up 9 s'],
    ['that came to an end: its healthcheck passes now', { restarts: 9, startedAt: now, health: 'healthy' }, 'healthy'],
  ])('%s', (_, found, expected) => {
    expect(judged(found)).toBe(expected);
  });

  test('leaves half of a short deadline to come up in', () => {
    const short = { deadline: 8_000, minReady: 1_000 };
    const at = (up: number) => said(judge(plain, report('web', { restarts: 1, startedAt: now - up }), short, { now }));
    expect([at(3_000), at(4_000)]).toEqual(['progressing: up 3 s', 'healthy']);
  });
});

describe('a container that was signalled', () => {
  const signalled = now - 5_000;
  const checks = (...passed: readonly boolean[]) => ({
    checks: passed.map((each) => ({ startedAt: signalled, passed: each })),
  });
  const before = { checks: [{ startedAt: signalled - 1, passed: true }] };
  test.each<[string, Partial<ContainerReport>, string]>([
    [
      'was healthy before: that proves nothing',
      { health: 'healthy', ...before },
      'progressing: no healthcheck since then',
    ],
    [
      'was unhealthy before: neither does that',
      { health: 'unhealthy', checks: [] },
      'progressing: no healthcheck since then',
    ],
    ['passed a check since', { health: 'healthy', ...checks(false, true) }, 'healthy'],
    [
      'failed one, and has tries left',
      { health: 'healthy', ...checks(false) },
      'progressing: its last healthcheck did not pass',
    ],
    [
      'goes on failing, and has tries left',
      { health: 'unhealthy', ...checks(false, false) },
      'progressing: its last healthcheck did not pass',
    ],
    ['failed as often as it takes', { health: 'unhealthy', ...checks(false, false, false) }, 'failed: is unhealthy'],
    [
      'failed as often as is told',
      { health: 'unhealthy', retries: 9, ...checks(...Array(5).fill(false)) },
      'failed: is unhealthy',
    ],
    ['was started since', { health: 'healthy', startedAt: signalled }, 'healthy'],
    ['was started since, to no good', { health: 'unhealthy', startedAt: signalled }, 'failed: is unhealthy'],
    ['has no healthcheck, and has to run on for a while', { startedAt: 0 }, 'progressing: up 5 s'],
    ['ended by it', { state: 'exited', exitCode: 129 }, 'failed: exited with code 129'],
  ])('%s', (_, found, expected) => {
    expect(judged(found, plain, signalled)).toBe(expected);
  });

  test('has run on for long enough', () => {
    expect(judged({ startedAt: 0 }, plain, now - limits.minReady)).toBe('healthy');
  });
});

describe('a container of a one-shot', () => {
  test.each<[string, Partial<ContainerReport>, string]>([
    ['running', { startedAt: 0 }, 'progressing: running to its end'],
    ['running, whatever its healthcheck says', { health: 'healthy' }, 'progressing: running to its end'],
    ['ended well', { state: 'exited' }, 'healthy'],
    ['ended well at the third attempt', { state: 'exited', restarts: 3 }, 'healthy'],
    ['ended badly', { state: 'exited', exitCode: 1 }, 'failed: exited with code 1'],
    ['restarting', { state: 'restarting', restarts: 1, exitCode: 1 }, 'progressing: restarting'],
    [
      'restarting again and again',
      { state: 'restarting', restarts: 3, exitCode: 1 },
      'failed: is in a crash loop: restarted 3 times, last exit code 1',
    ],
  ])('%s', (_, found, expected) => {
    expect(judged(found, job)).toBe(expected);
  });
});

describe('what a dependent waits for', () => {
  const met = (condition: Parameters<typeof meets>[0], more: Partial<ContainerReport>, of = plain) => {
    const container = report('web', more);
    return meets(condition, container, judge(of, container, limits, { now }));
  };

  test('started: it runs, or has run to its end', () => {
    expect(met('started', { startedAt: now })).toBe(true);
    expect(met('started', { state: 'exited' }, job)).toBe(true);
    expect(met('started', { state: 'created' })).toBe(false);
    expect(met('started', { state: 'restarting', restarts: 1 })).toBe(false);
  });

  test('healthy: by its healthcheck or by its age, and a job by its end', () => {
    expect(met('healthy', { health: 'healthy' })).toBe(true);
    expect(met('healthy', { health: 'starting' })).toBe(false);
    expect(met('healthy', { startedAt: now })).toBe(false);
    expect(met('healthy', { state: 'exited' }, job)).toBe(true);
  });

  test('completed: it ended with exit code 0', () => {
    expect(met('completed', { state: 'exited' }, job)).toBe(true);
    expect(met('completed', { state: 'exited', exitCode: 1 }, job)).toBe(false);
    expect(met('completed', {}, job)).toBe(false);
  });
});
