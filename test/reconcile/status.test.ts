import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { signatureOf } from '../../src/core/signature.ts';
import type { App } from '../../src/model/app.ts';
import type { AppHistory, DriftRecord } from '../../src/model/history.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { AppStatus, Block } from '../../src/model/report.ts';
import { appStatus, type StatusInput } from '../../src/reconcile/status.ts';
import { failed } from '../core/entries.ts';
import { digests, stories } from '../core/stories.ts';
import { app, container, deployed, exited, hex, instance, observed, release, service } from '../support/builders.ts';
import { tries } from '../support/tries.ts';

const now = new Date('2026-11-20T12:00:00Z');
const one = release();
const well = deployed(one, { web: 'sha256:web' });

const statusOf = (more: Partial<StatusInput> = {}): AppStatus =>
  appStatus({
    app: app(),
    history: well,
    release: one,
    observed: observed([container('web')]),
    instance,
    operation: undefined,
    seen: { kind: 'commit', commit: '1'.repeat(40) },
    retryAt: undefined,
    suspensions: [],
    awaited: new Map(),
    now,
    ...more,
  });

const blocks = (past: Partial<AppHistory>, more: Partial<StatusInput> = {}): readonly Block[] =>
  statusOf({ history: { ...well, ...past }, ...more }).blockedBy;

const since = '2026-11-20T11:00:00.000Z';
const inTrouble = (
  outcome: Extract<Outcome, { kind: 'failed' | 'blocked' }>,
  digest = hex('b'),
): Partial<AppHistory> => ({
  desired: { release: digest, commit: 'c2' },
  attempted: { release: digest, commit: 'c2', seq: 9, at: since, outcome },
  trouble: {
    seq: 9,
    since,
    kind: outcome.kind,
    message: outcome.kind === 'failed' ? outcome.message : outcome.reasons.map(({ reason }) => reason).join('; '),
    signature: signatureOf(outcome, digest, undefined),
  },
});
const isFailed = (more: Parameters<typeof failed>[0]) => failed(more) as Extract<Outcome, { kind: 'failed' }>;
const drifted = (state: DriftRecord['state'], rest: Partial<DriftRecord> = {}): Partial<AppHistory> => ({
  drift: { seq: 7, since, state, fingerprint: 'f', causes: ['web: found exited (1)'], ...rest },
});

describe('in sync', () => {
  test('is what runs as it was deployed, with nothing newer', () => {
    expect(statusOf()).toMatchObject({
      sync: { state: 'in-sync' },
      health: { state: 'healthy', services: [{ service: 'web', health: 'healthy', found: 'running' }] },
      source: { state: 'fetched' },
      blockedBy: [],
      deployed: { release: one.digest },
    });
  });

  test('is nobody’s guess where the release was not kept, or where Git never answered', () => {
    expect(statusOf({ release: undefined }).sync).toMatchObject({ state: 'unknown' });
    expect(
      statusOf({ seen: { kind: 'error', message: 'no route' }, history: undefined, release: undefined }),
    ).toMatchObject({
      source: { state: 'failed', detail: 'no route' },
      sync: { state: 'out-of-sync', causes: ['never deployed'] },
    });
  });

  test('is not what lags behind, and not what left it', () => {
    const behind = { ...well, desired: { release: hex('b'), commit: 'c2' } };
    expect(statusOf({ history: behind }).sync).toEqual({
      state: 'out-of-sync',
      causes: ['Git asks for release b00000000000, deployed is a00000000000'],
    });
    expect(statusOf({ observed: observed([exited('web', 1)]) }).sync).toEqual({
      state: 'out-of-sync',
      causes: ['web: found exited (1)'],
    });
    expect(statusOf({ observed: observed([container('web', { state: 'paused' })]) }).sync).toMatchObject({
      state: 'out-of-sync',
    });
  });
});

describe('health', () => {
  const health = (...containers: readonly ObservedContainer[]) =>
    statusOf({ observed: observed(containers) }).health.state;

  test('is the worst of the containers', () => {
    expect(health(container('web', { health: 'starting' }))).toBe('progressing');
    expect(health(container('web', { health: 'unhealthy' }))).toBe('degraded');
    expect(health(container('web', { state: 'paused' }))).toBe('suspended');
    expect(health(exited('web', 1))).toBe('degraded');
    expect(health(container('web', { state: 'created' }))).toBe('progressing');
    expect(health()).toBe('missing');
  });

  test('of a job that ran to its end is good, also without its container', () => {
    const job = release({ services: [service('job', { oneShot: true })] });
    const past = deployed(job, {}, { completed: ['job-1'] });
    expect(statusOf({ release: job, history: past, observed: observed() }).health).toMatchObject({
      state: 'healthy',
      services: [{ found: 'done' }],
    });
  });
});

describe('a block', () => {
  test('for each reason of a refusal, with the command that lifts it', () => {
    const refusal = {
      kind: 'blocked',
      reasons: [
        { code: 'manual', reason: 'waits for a person', lift: 'harbormaster apply shop' },
        { code: 'quarantined', reason: 'is bad', lift: 'harbormaster retry shop' },
        { code: 'denied', reason: 'runs privileged', lift: 'apps.shop.allow.privileged: [web]' },
      ],
    } as const;
    expect(blocks(inTrouble(refusal))).toEqual([
      {
        code: 'manual',
        detail: 'waits for a person',
        hint: undefined,
        since,
        until: undefined,
        lift: 'harbormaster apply shop',
      },
      {
        code: 'quarantined',
        detail: 'is bad',
        hint: undefined,
        since,
        until: undefined,
        lift: 'harbormaster retry shop',
      },
      {
        code: 'denied',
        detail: 'runs privileged',
        hint: 'apps.shop.allow.privileged: [web]',
        since,
        until: undefined,
        lift: 'harbormaster retry shop',
      },
    ]);
  });

  test('for a failure, under its own code, with when it is tried again', () => {
    const retryAt = new Date('2026-11-20T12:05:00Z');
    expect(blocks(inTrouble(isFailed({ code: 'image-unavailable', message: 'no answer' })), { retryAt })).toEqual([
      {
        code: 'image-unavailable',
        detail: 'no answer',
        hint: 'It is tried again by itself.',
        since,
        until: retryAt.toISOString(),
        lift: 'harbormaster retry shop',
      },
    ]);
    expect(
      blocks(inTrouble(isFailed({ code: 'unhealthy', message: 'web is unhealthy', hint: 'Push a fix.' }))),
    ).toMatchObject([{ code: 'unhealthy', hint: 'Push a fix.', until: undefined, lift: 'harbormaster retry shop' }]);
  });

  test('for a hold, once, whatever else says so', () => {
    const hold = { seq: 8, since, by: 'ada', reason: 'a freeze' };
    const held = [{ code: 'held', detail: 'held by ada: a freeze', since, lift: 'harbormaster release shop' }];
    expect(blocks({ hold })).toMatchObject(held);
    const refusal = {
      kind: 'blocked',
      reasons: [{ code: 'held', reason: 'held by ada: a freeze', lift: 'harbormaster release shop' }],
    } as const;
    expect(blocks({ hold, ...inTrouble(refusal) })).toMatchObject(held);
    expect(blocks({ hold: { ...hold, by: undefined } })).toMatchObject([{ detail: 'held by Harbormaster: a freeze' }]);
  });

  test('for what is quarantined, before any pass has met it', () => {
    const bad = { release: hex('b'), byHand: true, seq: 3, since, reason: 'rolled back by ada: it is slow' };
    expect(blocks({ desired: { release: hex('b'), commit: 'c2' }, quarantined: [bad] })).toMatchObject([
      { code: 'quarantined', detail: expect.stringContaining('it is slow'), since, lift: 'harbormaster retry shop' },
    ]);
    expect(blocks({ quarantined: [bad] })).toEqual([]);
  });

  test('for a failed release that was left in place, unless it is brought back', () => {
    const past = { ...inTrouble(isFailed({ code: 'unhealthy', message: 'web is unhealthy' })), applied: hex('b') };
    const codes = (onFailure: App['onFailure']) => blocks(past, { app: app({ onFailure }) }).map(({ code }) => code);
    expect(codes('leave')).toContain('left');
    expect(codes('hold')).toContain('left');
    expect(codes('rollback')).not.toContain('left');
    expect(blocks(past, { app: app({ onFailure: 'leave' }) }).find(({ code }) => code === 'left')).toMatchObject({
      since,
      lift: 'harbormaster rollback shop --reason "…"',
    });
  });

  test('for drift that is left so, recorded or only seen', () => {
    const stopped = { observed: observed([exited('web', 1)]) };
    expect(blocks({}, { ...stopped, app: app({ drift: 'ignore' }) })).toMatchObject([
      { code: 'drift-ignored', since: now.toISOString(), lift: 'harbormaster apply shop' },
    ]);
    expect(blocks({}, { ...stopped, app: app({ drift: 'report' }) })).toMatchObject([
      { code: 'drift-reported', lift: 'harbormaster apply shop' },
    ]);
    expect(blocks({}, stopped)).toEqual([]);
    expect(blocks(drifted('reported'), { app: app({ drift: 'report' }) })).toMatchObject([
      { code: 'drift-reported', since, lift: 'harbormaster apply shop' },
    ]);
    expect(blocks(drifted('failed'))).toMatchObject([{ code: 'drift-failed', since, lift: 'harbormaster retry shop' }]);
    expect(blocks(drifted('failed', { code: 'project-foreign', hint: 'Take it over.' }))).toMatchObject([
      { code: 'drift-failed', hint: 'Take it over.', lift: 'harbormaster adopt shop' },
    ]);
  });

  test('for what is fought over, with when it is tried again', () => {
    const at = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
    const heals = [10, 9, 8, 7, 6].map((minutes) => ({ fingerprint: 'f', at: at(minutes), failed: false }));
    expect(blocks({ ...drifted('fought'), heals })).toMatchObject([
      { code: 'drift-fought', until: '2026-11-20T12:24:00.000Z', lift: 'harbormaster retry shop' },
    ]);
    const stopped = { observed: observed([exited('web', 1)]) };
    expect(blocks(drifted('fought'), stopped)).toMatchObject([{ code: 'drift-fought', until: undefined }]);
  });

  test('is none for a fight that a person lifted, while it runs', () => {
    expect(blocks(drifted('fought'))).toEqual([]);
  });

  test('is none for an app that nothing is known of', () => {
    expect(statusOf({ history: undefined, release: undefined }).blockedBy).toEqual([]);
  });
});

describe('whatever happened to an app', () => {
  const containers = fc.array(
    fc.record({
      service: fc.constantFrom('web', 'old'),
      state: fc.constantFrom('running' as const, 'exited' as const, 'paused' as const, 'dead' as const),
      digest: fc.constantFrom('web-1', 'web-0'),
      number: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 3 },
  );
  const policies = fc.record({
    deploy: fc.constantFrom<App['deploy'][]>('auto', 'manual'),
    drift: fc.constantFrom<App['drift'][]>('ignore', 'report', 'correct'),
    onFailure: fc.constantFrom<App['onFailure'][]>('rollback', 'hold', 'leave'),
  });
  const kept = new Map(digests.map((digest) => [digest, release({ digest })]));

  const always = (look: (status: AppStatus, past: AppHistory | undefined) => void) =>
    fc.assert(
      fc.property(stories, containers, policies, fc.boolean(), (entries, found, declared, isKept) => {
        const past = historyOf(foldHistory(entries), 'shop');
        const known = past?.deployed?.release ?? past?.applied;
        const seen = found.map(({ number, service: of, ...more }) =>
          container(of, { ...more, id: `${of}-${number}`, name: `shop-${of}-${number}` }),
        );
        const stored = isKept && known !== undefined ? kept.get(known) : undefined;
        look(statusOf({ app: app(declared), history: past, release: stored, observed: observed(seen) }), past);
      }),
      { numRuns: tries(1000) },
    );

  test('out of sync has a cause', () => {
    always(({ sync }) => {
      if (sync.state === 'out-of-sync') expect(sync.causes.filter((cause) => cause.trim() !== '')).not.toEqual([]);
      if (sync.state === 'unknown') expect(sync.because).not.toBe('');
    });
  });

  test('each block says what it is, since when, and the command that lifts it', () => {
    always(({ blockedBy }) => {
      for (const { code, detail, lift, since: from, until } of blockedBy) {
        expect(code).not.toBe('');
        expect(detail.trim()).not.toBe('');
        expect(lift).toMatch(/^harbormaster [a-z]+ shop/);
        expect(Date.parse(from)).not.toBeNaN();
        if (until !== undefined) expect(Date.parse(until)).not.toBeNaN();
      }
    });
  });

  test('every trouble, hold, drift and release that was left in place has a block', () => {
    always(({ blockedBy, policies: { onFailure } }, past) => {
      const codes = blockedBy.map(({ code }) => code);
      if (past?.trouble) expect(codes).not.toEqual([]);
      if (past?.hold) expect(codes).toContain('held');
      // A fight that a person lifted is known for a while, and blocks nothing.
      if (past?.drift && past.drift.state !== 'fought') expect(codes).toContain(`drift-${past.drift.state}`);
      const isLeft = past?.deployed && past.applied !== past.deployed.release && !past.open;
      if (isLeft && onFailure !== 'rollback') expect(codes).toContain('left');
    });
  });

  test('what is not in sync, with nothing under way and nothing blocked, comes right by itself', () => {
    always(({ sync, blockedBy, policies: { drift }, health }, past) => {
      if (sync.state === 'in-sync' || past?.open || blockedBy.length > 0) return;
      if (past?.deployed === undefined || sync.state === 'unknown') return;
      const isBehind = past.desired?.release !== past.deployed.release;
      expect(past.hold).toBeUndefined();
      if (isBehind) expect(past.quarantined.map((bad) => bad.release)).not.toContain(past.desired?.release);
      else expect([drift, health.state]).toEqual(['correct', expect.any(String)]);
    });
  });
});

describe('a suspension', () => {
  const suspended = { of: 'host', seq: 9, since, until: undefined, by: 'ada', reason: 'the host moves' } as const;
  const refused: Outcome = {
    kind: 'blocked',
    reasons: [{ code: 'suspended', reason: 'as it was then', lift: 'then' }],
  };

  test('is told as it is now, not as it was when something was refused because of it', () => {
    expect(blocks(inTrouble(refused), { suspensions: [suspended] })).toEqual([
      {
        code: 'suspended',
        detail: 'the whole host is suspended by ada until somebody resumes it: the host moves',
        hint: 'Git and what runs are still looked at; nothing is deployed, healed or removed.',
        since,
        until: undefined,
        lift: 'harbormaster resume --all',
      },
    ]);
    expect(blocks(inTrouble(refused))).toEqual([]);
  });

  test('of the host is told of an app of which the log knows nothing', () => {
    const { blockedBy } = statusOf({ history: undefined, release: undefined, suspensions: [suspended] });
    expect(blockedBy).toMatchObject([{ code: 'suspended' }]);
  });
});
