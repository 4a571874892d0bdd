import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { startTimeline } from '../../src/core/timeline.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { Span } from '../../src/model/span.ts';
import { failed, finished, opened, serviceRecord, stamped, started } from './entries.ts';
import { stories } from './stories.ts';

/** Every span that these entries tell of, the last one open. */
function spansOf(entries: readonly Entry[], app = 'shop'): readonly Span[] {
  const timeline = startTimeline(app);
  const ended = entries
    .filter((entry) => !('app' in entry) || entry.app === app)
    .flatMap((entry) => timeline.add(entry) ?? []);
  const last = timeline.current();
  return last ? [...ended, last] : ended;
}

describe('whatever happens to an app', () => {
  test('its time is cut into spans without a gap, the last of which goes on', () => {
    let seen = 0;
    fc.assert(
      fc.property(stories, (entries) => {
        const spans = spansOf(entries);
        seen += spans.length;
        spans.forEach((span, index) => {
          expect(span.to).toBe(spans[index + 1]?.from);
          if (index > 0) expect(span.seq).toBeGreaterThan(spans[index - 1]?.seq ?? 0);
          expect(entries.map(({ seq }) => seq)).toContain(span.seq);
        });
      }),
      { numRuns: 500 },
    );
    expect(seen).toBeGreaterThan(200);
  });

  test('each outcome begins a span, and nothing but our own acts does', () => {
    const acts = new Set<Entry['kind']>(['started', 'finished', 'adopted', 'forgotten']);
    fc.assert(
      fc.property(stories, (entries) => {
        const wanted = entries.filter(({ kind }) => acts.has(kind)).map(({ seq }) => seq);
        const heads = entries.filter(({ kind }) => kind === 'opened').map(({ seq }) => seq);
        const spans = spansOf(entries).map(({ seq }) => seq);
        // An app that is known before it is ever deployed comes with the head of a file.
        expect(heads.includes(spans[0] ?? 0) ? spans.slice(1) : spans).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  test('it agrees at every entry with what Harbormaster itself makes of the log', () => {
    const states = { running: 0, mixed: 0, changing: 0, nothing: 0, unknown: 0 };
    fc.assert(
      fc.property(stories, (entries) => {
        const timeline = startTimeline('shop');
        for (const [index, entry] of entries.entries()) {
          timeline.add(entry);
          const span = timeline.current();
          const history = historyOf(foldHistory(entries.slice(0, index + 1)), 'shop');
          if (span) states[span.state] += 1;
          expect(span?.state === 'changing').toBe(history?.open !== undefined);
          if (span?.state === 'running') {
            const { release, commit } = span;
            expect([release, commit]).toEqual([history?.deployed?.release, history?.deployed?.commit]);
            expect(history?.applied).toBe(release);
          } else if (span?.state !== 'mixed' && span?.state !== 'changing') expect(history?.deployed).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
    for (const count of Object.values(states)) expect(count).toBeGreaterThan(0);
  });

  test('a log whose beginning is gone tells the same of what runs', () => {
    let cut = 0;
    fc.assert(
      fc.property(stories, (entries) => {
        const from = entries.findLastIndex(({ kind }) => kind === 'opened');
        const whole = spansOf(entries).at(-1);
        if (from <= 0 || whole?.state !== 'running') return;
        cut += 1;
        const rest = spansOf(entries.slice(from)).at(-1);
        expect(rest).toMatchObject({ state: 'running', release: whole.release, commit: whole.commit });
        expect(rest?.services.map(({ service }) => service)).toEqual(whole.services.map(({ service }) => service));
      }),
      { numRuns: 500 },
    );
    expect(cut).toBeGreaterThan(2);
  });
});

const web = serviceRecord({
  image: { from: undefined, to: 'web:1@sha256:1' },
  containers: { before: [], after: ['c1'] },
  ran: [{ id: 'c1', name: 'shop-web-1', image: 'web:1@sha256:1', imageId: 'sha256:a' }],
});
const shop = { app: 'shop' };
const pulled = { kind: 'step', app: 'shop', intent: 4, act: 'pull', title: 'pull web' } as const;
const replaced = { kind: 'step', app: 'shop', intent: 4, act: 'replace', title: 'replace web' } as const;
const deployed = [opened(), started(shop), finished({ ...shop, intent: 2, services: [web] })];

test('a deployment that only got as far as its pull leaves what ran as it was', () => {
  const spans = spansOf(
    stamped(
      ...deployed,
      started({ ...shop, release: 'r2' }),
      pulled,
      finished({ ...shop, intent: 4, release: 'r2', outcome: failed() }),
    ),
  );
  expect(spans.map(({ state, release }) => [state, release])).toEqual([
    ['changing', 'r1'],
    ['running', 'r1'],
    ['changing', 'r2'],
    ['running', 'r1'],
  ]);
  expect(spans.at(-1)).toMatchObject({
    origin: { seq: 3 },
    services: [{ service: 'web', containers: [{ name: 'shop-web-1' }] }],
  });
});

test('one that got further leaves parts of it', () => {
  const services = [{ ...web, containers: { before: ['c1'], after: ['c2'] }, ran: undefined }].map(
    ({ ran: _, ...rest }) => rest,
  );
  const spans = spansOf(
    stamped(
      ...deployed,
      started({ ...shop, release: 'r2' }),
      replaced,
      finished({ ...shop, intent: 4, release: 'r2', outcome: failed(), services }),
    ),
  );
  expect(spans.at(-1)).toMatchObject({
    state: 'mixed',
    release: 'r2',
    services: [{ service: 'web', containers: [{ id: 'c2', name: undefined }] }],
    origin: { outcome: { kind: 'failed' } },
  });
});

test('who, why and with whose consent is told with what ran', () => {
  const consent = { plan: 'p', approvals: [{ by: 'bob', at: '2026-11-20T09:00:00.000Z', seq: 1 }] };
  const trigger = { kind: 'request', by: 'ada', actor: { kind: 'user', name: 'ada', uid: 1000 } } as const;
  const [, span] = spansOf(
    stamped(opened(), started({ ...shop, trigger, consent, reason: 'now' }), finished({ ...shop, intent: 2 })),
  );
  expect(span?.origin).toMatchObject({
    seq: 3,
    purpose: 'deploy',
    actor: { name: 'ada', uid: 1000 },
    reason: 'now',
    approvals: [{ by: 'bob' }],
    duration: 1200,
  });
});

test('what drifted is told until it is over', () => {
  const drift = { kind: 'drifted', app: 'shop', release: 'r1', state: 'reported', fingerprint: 'f' } as const;
  const entries = stamped(
    ...deployed,
    { ...drift, causes: ['web: found paused'] },
    { ...drift, causes: ['web: gone'] },
    { kind: 'recovered', app: 'shop', after: 5, of: 'drift' },
  );
  expect(spansOf(entries).at(-1)?.drifts).toEqual([
    { seq: 4, at: entries[3]?.at, causes: ['web: found paused'], until: entries[4]?.at },
    { seq: 5, at: entries[4]?.at, causes: ['web: gone'], until: entries[5]?.at },
  ]);
});
