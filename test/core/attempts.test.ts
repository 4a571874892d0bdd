import { describe, expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { AppHistory } from '../../src/model/history.ts';
import { blocked, failed, finished, opened, refused, revision, serviceRecord, stamped, started } from './entries.ts';

const web = (...bodies: readonly EntryBody[]): AppHistory | undefined =>
  historyOf(foldHistory(stamped(...bodies)), 'web');

describe('a deployment', () => {
  test('that ended well is what the app runs', () => {
    expect(web(opened(), started(), finished({ intent: 2, services: [serviceRecord()] }))).toMatchObject({
      project: 'web',
      deployed: { release: 'r1', seq: 3, commit: 'c1', imageIds: { web: 'sha256:1' } },
      attempted: { release: 'r1', seq: 3, outcome: { kind: 'applied' } },
      open: undefined,
      trouble: undefined,
    });
  });

  test('that has only begun is open', () => {
    expect(web(opened(), started({ release: 'r2' }))).toMatchObject({
      open: { seq: 2, release: 'r2', purpose: 'deploy', step: undefined, hold: false },
      desired: { release: 'r2', commit: 'c1' },
      deployed: undefined,
    });
  });

  test('that was interrupted is closed, is no trouble, and cures none', () => {
    const trouble = refused(failed());
    const end = finished({ intent: 3, outcome: { kind: 'interrupted', step: 'replace web' } });
    expect(web(opened(), trouble, started(), end)).toMatchObject({ open: undefined, trouble: { seq: 2 } });
    expect(web(opened(), started(), finished({ ...end, intent: 2 }))).toMatchObject({
      open: undefined,
      trouble: undefined,
    });
  });

  test('keeps the good one when it fails', () => {
    const good = [started(), finished({ intent: 1 })];
    const bad = [started({ release: 'r2' }), finished({ intent: 3, release: 'r2', outcome: failed() })];
    expect(web(...good, ...bad)).toMatchObject({ deployed: { release: 'r1' }, trouble: { seq: 4, kind: 'failed' } });
  });

  test('of another project moves the app there', () => {
    expect(web(started({ project: 'site' }))?.project).toBe('site');
  });

  test('that heals keeps the tag that it came from, whatever its release was first sealed from', () => {
    const from = (ref: string) => ({ revision: { ...revision(), ref } });
    const heal = finished({ intent: 3, purpose: 'heal', ...from('v1.4.0') });
    expect(web(started(), finished(from('v1.5.0')), started({ purpose: 'heal' }), heal)?.deployed?.ref).toBe('v1.5.0');
  });

  test('that heals one service keeps what is known of the others', () => {
    const both = [serviceRecord(), serviceRecord({ service: 'db', imageId: 'sha256:2' })];
    const heal = finished({ intent: 3, services: [serviceRecord({ imageId: 'sha256:9' })] });
    expect(web(started(), finished({ services: both }), started(), heal)?.deployed?.imageIds).toEqual({
      web: 'sha256:9',
      db: 'sha256:2',
    });
    expect(
      web(started(), finished({ services: both }), started(), { ...heal, release: 'r2' })?.deployed?.imageIds,
    ).toEqual({ web: 'sha256:9' });
  });

  test('that removes the app makes it leave; a removal that fails does not', () => {
    const removal = { release: undefined, revision: undefined, purpose: 'remove' } as const;
    const before = [started(), finished()];
    expect(web(...before, started(removal), finished({ intent: 3, ...removal }))).toBeUndefined();
    expect(web(...before, started(removal), finished({ intent: 3, ...removal, outcome: failed() }))).toMatchObject({
      deployed: { release: 'r1' },
      trouble: { kind: 'failed' },
    });
  });
});

describe('trouble', () => {
  test('is told from its first entry on while it stays the same', () => {
    const again = refused(failed());
    expect(web(again, again, again)?.trouble).toMatchObject({
      seq: 1,
      since: '2026-11-20T10:00:00.000Z',
      message: 'services.web must be a mapping',
    });
  });

  test('of another kind begins anew', () => {
    expect(web(refused(failed()), refused(blocked('privileged', 'host bind')))?.trouble).toMatchObject({
      seq: 2,
      kind: 'blocked',
      message: 'privileged; host bind',
    });
  });

  test('ends with a deployment and with a recovery', () => {
    expect(web(refused(failed()), started(), finished({ intent: 2 }))?.trouble).toBeUndefined();
    expect(web(refused(failed()), { kind: 'recovered', app: 'web', after: 1, of: 'release' })?.trouble).toBeUndefined();
  });
});

describe('a release that was found unhealthy', () => {
  const names = (history: AppHistory | undefined) => history?.quarantined.map(({ release }) => release);
  const bad = (release: string) => finished({ release, outcome: failed({ code: 'unhealthy' }) });

  test('is quarantined, until it is deployed well', () => {
    expect(names(web(started(), bad('r2')))).toEqual(['r2']);
    expect(names(web(started(), bad('r2'), bad('r2')))).toEqual(['r2']);
    expect(names(web(started(), bad('r2'), bad('r3'), finished({ release: 'r2' })))).toEqual(['r3']);
  });

  test('is not quarantined for what the world did, nor when it was refused', () => {
    expect(names(web(started(), finished({ release: 'r2', outcome: failed({ code: 'image-unavailable' }) })))).toEqual(
      [],
    );
    expect(names(web(refused(failed({ code: 'unhealthy' }))))).toEqual([]);
  });
});

describe('a one-shot that ran to its end', () => {
  const job = (to: string, completed: boolean) =>
    serviceRecord({ service: 'job', digest: { from: undefined, to }, completed });

  test('is remembered, also when the deployment failed afterwards', () => {
    expect(web(started(), finished({ services: [job('j1', true)], outcome: failed() }))?.completed).toEqual(['j1']);
    expect(web(started(), finished({ services: [job('j1', false)] }))?.completed).toEqual([]);
  });

  test('is remembered over later releases, newest last, within a limit that spares what runs', () => {
    const runs = Array.from({ length: 60 }, (_, index) =>
      finished({ services: [job('j0', index === 0), job(`k${index}`, true)] }),
    );
    const completed = web(started(), ...runs)?.completed ?? [];
    expect(completed).toContain('j0');
    expect(completed).toContain('k59');
    expect(completed).not.toContain('k1');
    expect(completed.length).toBeLessThanOrEqual(51);
  });
});

describe('what runs', () => {
  const step = (act: 'pull' | 'replace', intent: number): EntryBody => ({
    kind: 'step',
    app: 'web',
    intent,
    act,
    title: act,
  });
  const good = [started(), finished({ intent: 1 })];

  test('is of the release whose containers were touched, and still of the other while it was only fetched', () => {
    const begun = [...good, started({ release: 'r2' })];
    expect(web(...begun, step('pull', 3))).toMatchObject({ applied: 'r1', open: { step: 'pull' } });
    expect(web(...begun, step('replace', 3))).toMatchObject({ applied: 'r2', deployed: { release: 'r1' } });
    expect(web(...begun, step('replace', 99))?.applied).toBe('r1');
  });

  test('and was cut short or superseded is nobody’s fault', () => {
    for (const outcome of [
      { kind: 'interrupted', step: 'replace' },
      { kind: 'superseded', step: 'wait', by: 'r3' },
    ] as const) {
      const history = web(
        ...good,
        started({ release: 'r2' }),
        step('replace', 3),
        finished({ intent: 3, release: 'r2', outcome }),
      );
      expect(history).toMatchObject({
        applied: 'r2',
        deployed: { release: 'r1' },
        trouble: undefined,
        quarantined: [],
      });
      expect(history?.unfinished?.release).toBe(outcome.kind === 'interrupted' ? 'r2' : undefined);
    }
  });
});

describe('a rollback by hand', () => {
  const deploy = (release: string, intent: number) => [started({ release }), finished({ release, intent })];
  const back = (release: string, intent: number, more: Parameters<typeof finished>[0] = {}) => [
    started({
      release,
      purpose: 'rollback',
      reason: 'it is slow',
      trigger: { kind: 'request', by: 'ada' },
      hold: true,
    }),
    finished({ release, intent, purpose: 'rollback', ...more }),
  ];

  test('keeps what Git asks for, quarantines what it left, and holds where that was said', () => {
    expect(web(...deploy('r1', 1), ...deploy('r2', 3), ...back('r1', 5))).toMatchObject({
      applied: 'r1',
      deployed: { release: 'r1' },
      desired: { release: 'r2' },
      quarantined: [{ release: 'r2', reason: 'rolled back by ada: it is slow' }],
      hold: { by: 'ada', reason: 'it is slow' },
    });
  });

  test('that fails is a drift of its own, and holds nothing', () => {
    const outcome = failed({ code: 'engine-refused', hint: 'Ask it why.' });
    expect(web(...deploy('r1', 1), ...deploy('r2', 3), ...back('r1', 5, { outcome }))).toMatchObject({
      deployed: { release: 'r2' },
      drift: { state: 'failed', code: 'engine-refused', hint: 'Ask it why.' },
      trouble: undefined,
      quarantined: [],
      hold: undefined,
    });
  });
});
