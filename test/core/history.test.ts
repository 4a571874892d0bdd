import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advance,
  emptyHistory,
  eventOf,
  foldHistory,
  historyOf,
  needsEntry,
  signatureOf,
} from '../../src/core/history.ts';
import type { AppHistory, EntryBody } from '../../src/model/entry.ts';
import type { Outcome } from '../../src/model/outcome.ts';
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
    expect(web(opened(), started({ release: 'r2' }))?.open).toEqual({ seq: 2, release: 'r2' });
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
    const removal = { release: undefined, revision: undefined };
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
  const bad = (release: string) => finished({ release, outcome: failed({ code: 'unhealthy' }) });

  test('is quarantined, until it is deployed well', () => {
    expect(web(started(), bad('r2'))?.quarantined).toEqual(['r2']);
    expect(web(started(), bad('r2'), bad('r2'))?.quarantined).toEqual(['r2']);
    expect(web(started(), bad('r2'), bad('r3'), finished({ release: 'r2' }))?.quarantined).toEqual(['r3']);
  });

  test('is not quarantined for what the world did, nor when it was refused', () => {
    expect(
      web(started(), finished({ release: 'r2', outcome: failed({ code: 'image-unavailable' }) }))?.quarantined,
    ).toEqual([]);
    expect(web(refused(failed({ code: 'unhealthy' })))?.quarantined).toEqual([]);
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

describe('a signature', () => {
  const of = (outcome: Outcome, release: string | undefined = 'r1', commit: string | undefined = 'c1') =>
    signatureOf(outcome, release, commit);

  test('stays the same over times, ids, order, and output after the first line', () => {
    const one = failed({ message: 'web and db: container 1f3a5b7c9d1e failed after 12.5 s\nlog: a' });
    const two = failed({ message: 'db and web: container 99aa88bb77cc failed after 3 s\nlog: b' });
    expect(of(one)).toBe(of(two));
  });

  test('tells failures, steps, releases and blocks apart', () => {
    const all = [
      of(failed()),
      of(failed({ message: 'services.db must be a mapping' })),
      of(failed({ step: 'build web' })),
      of(failed(), 'r2'),
      of(blocked('privileged')),
      of(blocked('privileged', 'host bind')),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('counts all that the world does under one code as one', () => {
    const reset = failed({ code: 'image-unavailable', message: 'connection reset', step: 'pull web' });
    expect(of(reset)).toBe(of(failed({ code: 'image-unavailable', message: 'i/o timeout' })));
    expect(of(reset)).not.toBe(of(failed({ code: 'engine-unreachable' })));
  });

  test('names the commit only while there is no release', () => {
    expect(of(failed(), 'r1', 'c2')).toBe(of(failed(), 'r1', 'c1'));
    expect(signatureOf(failed(), undefined, 'c2')).not.toBe(signatureOf(failed(), undefined, 'c1'));
  });
});

test('a refusal is written when it is new, and not again', () => {
  const outcome = failed();
  const signature = signatureOf(outcome, 'r1', 'c1');
  expect(needsEntry(undefined, outcome, signature)).toBe(true);
  expect(needsEntry(web(refused(outcome)), outcome, signature)).toBe(false);
  expect(needsEntry(web(refused(outcome)), blocked('x'), signatureOf(blocked('x'), 'r1', 'c1'))).toBe(true);
  expect(needsEntry(undefined, { kind: 'unchanged' }, 'unchanged')).toBe(false);
});

test('people are told of trouble once, and of its end', () => {
  const bodies = [
    started(),
    finished(),
    refused(failed()),
    refused(failed()),
    refused(blocked('privileged')),
    started(),
    finished({ outcome: { kind: 'interrupted', step: undefined } }),
    finished(),
    refused(failed()),
    { kind: 'recovered', app: 'web', after: 9, of: 'release' },
  ] satisfies EntryBody[];
  const told: unknown[] = [];
  stamped(...bodies).reduce((history, entry) => {
    told.push(eventOf(historyOf(history, 'web'), entry));
    return advance(history, entry);
  }, emptyHistory);
  expect(told).toEqual([
    undefined,
    undefined,
    'failed',
    undefined,
    'blocked',
    undefined,
    undefined,
    'recovered',
    'failed',
    'recovered',
  ]);
});

test('an app may be called like a member of every object', () => {
  expect(historyOf(emptyHistory, 'constructor')).toBeUndefined();
  const history = foldHistory(stamped(started({ app: '__proto__' }), started({ app: 'toString' })));
  expect(historyOf(history, '__proto__')?.open?.seq).toBe(1);
  expect(historyOf(history, 'toString')?.open?.seq).toBe(2);
});

describe('any sequence of entries', () => {
  const name = fc.constantFrom('web', 'db', '__proto__', 'constructor');
  const release = fc.constantFrom('r1', 'r2', undefined);
  const outcome: fc.Arbitrary<Outcome> = fc.oneof(
    fc.constantFrom<Outcome>({ kind: 'applied' }, { kind: 'unchanged' }, { kind: 'interrupted', step: undefined }),
    fc
      .record({ code: fc.constantFrom('unhealthy', 'timeout', 'bug'), message: fc.string({ unit: 'binary' }) })
      .map(({ code, message }) => failed({ code: code as 'bug', message })),
    fc.array(fc.string()).map((reasons) => blocked(...reasons)),
  );
  const services = fc.array(
    fc
      .record({ to: fc.option(fc.string(), { nil: undefined }), completed: fc.boolean() })
      .map(({ to, completed }) => serviceRecord({ digest: { from: undefined, to }, completed })),
  );
  const body: fc.Arbitrary<EntryBody> = fc.oneof(
    fc.record({ app: name, release }).map(started),
    fc
      .record({ app: name, release, outcome, services, intent: fc.nat(20) })
      .map((more) => finished({ ...more, revision: revision() })),
    fc.record({ app: name, release, outcome }).map(({ outcome: ended, ...more }) => refused(ended, more)),
    name.map((app): EntryBody => ({ kind: 'recovered', app, after: 1, of: 'release' })),
    fc.constant<EntryBody>({ kind: 'repaired', offset: 0, length: 1, sha256: 'x' }),
  );
  const entries = fc.array(body, { maxLength: 40 }).map((bodies) => stamped(...bodies));

  test('folds, and whole as in parts', () => {
    fc.assert(
      fc.property(entries, fc.nat(40), (all, cut) => {
        const whole = foldHistory(all);
        expect(all.slice(cut).reduce(advance, foldHistory(all.slice(0, cut)))).toEqual(whole);
      }),
    );
  });

  test('is summed up by the snapshot in a later "opened"', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const snapshot = foldHistory(before);
        const [head] = stamped(JSON.parse(JSON.stringify(opened(snapshot.apps))) as EntryBody);
        expect(foldHistory([head!, ...after])).toEqual(foldHistory([...before, ...after]));
      }),
    );
  });

  test('means at most one event each, and an event only where the trouble changed', () => {
    fc.assert(
      fc.property(entries, (all) => {
        all.reduce((history, entry) => {
          const next = advance(history, entry);
          if ('app' in entry) {
            const [before, after] = [historyOf(history, entry.app)?.trouble, historyOf(next, entry.app)?.trouble];
            expect(eventOf(historyOf(history, entry.app), entry) !== undefined).toBe(
              before?.signature !== after?.signature,
            );
          }
          return next;
        }, emptyHistory);
      }),
    );
  });
});
