import { describe, expect, test } from 'vitest';
import { rights } from '../../src/core/access.ts';
import type { Block } from '../../src/model/report.ts';
import { actionsOf, commandOf, decisions, lifting, rollback, suspend } from '../../web/src/model/action.ts';
import { differences } from '../../web/src/model/compare.ts';
import { hostSentence, inOrder, matching, toneOf } from '../../web/src/model/host.ts';
import { failuresAfter, pauseAfter, placeOf, told } from '../../web/src/model/live.ts';
import { fieldRows, planSentence } from '../../web/src/model/plan.ts';
import { eventsIn } from '../../web/src/model/sse.ts';
import { entryText, everything, isShown, logPath, merged } from '../../web/src/model/timeline.ts';
import { appStatus, inSync, planned, planOf, steps } from '../cli/builders.ts';
import { finished } from '../core/entries.ts';

const block = (code: string, lift = 'harbormaster retry shop'): Block => ({
  code,
  detail: code,
  hint: undefined,
  since: '2026-01-31T14:03:00Z',
  until: undefined,
  lift,
});
const waits = appStatus({ app: 'shop', blockedBy: [block('approval')] });
const windowed = appStatus({ app: 'bank', blockedBy: [block('window')] });
const fine = appStatus({ app: 'blog' });

const entry = (seq: number, more: Parameters<typeof finished>[0] = {}) => ({
  v: 1 as const,
  seq,
  at: '2026-01-31T14:03:00Z',
  host: 'h',
  instance: 'i',
  prev: '',
  ...finished(more),
});

describe('the host', () => {
  test.each([
    [[], 'No app is declared for this host.'],
    [[fine], 'Its one app matches Git and is healthy.'],
    [[fine, appStatus({ app: 'b' })], 'All 2 apps match Git and are healthy.'],
    [[fine, fine, waits], '2 of 3 apps match Git and are healthy; 1 waits for a person.'],
  ])('is one sentence', (apps, sentence) => expect(hostSentence({ apps })).toBe(sentence));

  test('tells what needs a person first, and what waits by itself after it', () => {
    expect(inOrder([fine, windowed, waits]).map(({ app }) => app)).toEqual(['shop', 'bank', 'blog']);
    expect([waits, windowed, fine].map(toneOf)).toEqual(['act', 'watch', 'fine']);
  });

  test('finds apps by name and by condition', () => {
    expect(matching([fine, waits], 'PERSON')).toEqual([waits]);
    expect(matching([fine, waits], ' blog ')).toEqual([fine]);
  });
});

describe('an action', () => {
  test.each([
    ['harbormaster retry shop', '/v1/retry'],
    ['harbormaster apply shop', '/v1/apply'],
    ['harbormaster release shop', '/v1/apps/shop/release'],
    ['harbormaster resume --all', '/v1/resume'],
    ['harbormaster rollback shop --reason "…"', '/v1/apps/shop/rollback'],
    ['harbormaster apply shop --override-window --reason "WHY"', '/v1/apply'],
    ['harbormaster apply shop --ignore-order --reason "…"', '/v1/apply'],
    ['harbormaster apply shop --ignore-order --override-window --reason "…"', undefined],
    ['harbormaster approve-removal shop blog --reason "…"', '/v1/approve-removal'],
    ['harbormaster approve-removal', undefined],
    ['harbormaster adopt shop --from other', undefined],
    ['harbormaster policy show shop', undefined],
  ])('lifts a block as its command would: %s', (lift, path) => expect(lifting('shop', lift)?.path).toBe(path));

  test('past a window or an order wants a reason, and is the same as the command', () => {
    const action = lifting('shop', 'harbormaster apply shop --override-window --reason "…"');
    expect(action).toMatchObject({ body: { apps: ['shop'], overrideWindow: true }, reason: 'must', right: 'operate' });
    expect(action && commandOf(action, 'now')).toBe("harbormaster apply shop --override-window --reason 'now'");
    expect(lifting('shop', 'harbormaster approve-removal a b --reason "…"')?.body).toEqual({ apps: ['a', 'b'] });
  });

  test('resuming the host is not resuming an app', () => {
    expect(lifting('shop', 'harbormaster resume --all')?.body).toEqual({ all: true });
    expect(lifting('shop', 'harbormaster resume shop')?.body).toEqual({ app: 'shop' });
  });

  test('approves the very plan that was read, and nothing that is approved already', () => {
    const plan = 'a1'.repeat(32);
    const ruling = { kind: 'waits', have: [], need: 1 } as const;
    expect(decisions(planned({ approval: { plan, ruling } })).map(({ body }) => body)).toEqual([
      { plan: 'a1a1a1a1a1a1' },
      { plan: 'a1a1a1a1a1a1' },
    ]);
    expect(decisions(planned({ approval: { plan, ruling: { kind: 'approved', approvals: [] } } }))).toEqual([]);
    expect(decisions(undefined)).toEqual([]);
  });

  test('is told as a command that a shell takes as it is meant', () => {
    expect(commandOf(suspend('shop'), "it's late; $(reboot)")).toBe(
      `harbormaster suspend shop --reason 'it'\\''s late; $(reboot)'`,
    );
    expect(commandOf(rollback('shop', 'abc'))).toBe("harbormaster rollback shop --to abc --reason 'WHY'");
  });

  test('needs a right that some role has', () => {
    const needed = actionsOf(waits).map(({ right }) => right);
    expect(needed.every((right) => rights('admin').includes(right))).toBe(true);
    expect(actionsOf(appStatus({ blockedBy: [block('suspended'), block('held')] })).map(({ name }) => name)).toEqual([
      'apply',
      'resume',
      'release',
      'rollback',
    ]);
  });
});

test('a plan is told field by field; a value that is not told stays unsaid', () => {
  expect(fieldRows({ steps })).toEqual([
    { service: 'web', field: 'image', from: 'nginx:1.27 (4f06b3a6)', to: 'nginx:1.28 (ab12cd34)' },
  ]);
  const cause = { kind: 'configuration', fields: ['environment.PASSWORD'] } as const;
  const step = { kind: 'create', services: [{ service: 'web', cause }] } as const;
  expect(fieldRows(planOf('shop', [step]))).toEqual([
    { service: 'web', field: 'environment.PASSWORD', from: undefined, to: undefined },
  ]);
  expect(planSentence(inSync('shop'))).toContain('Nothing to do');
});

describe('the log', () => {
  test('is the newest first, and holds nothing twice', () =>
    expect(merged([entry(3), entry(1)], [entry(3), entry(4)]).map(({ seq }) => seq)).toEqual([4, 3, 1]));

  test('shows of what comes only what the filter is for', () => {
    expect(isShown(entry(1, { app: 'shop' }), { ...everything, app: 'shop' })).toBe(true);
    expect(isShown(entry(1, { app: 'blog' }), { ...everything, app: 'shop' })).toBe(false);
    expect(isShown(entry(1), { ...everything, outcome: 'failed' })).toBe(false);
  });

  test('asks for pages as the API wants it', () =>
    expect(logPath({ ...everything, app: 'a&b' }, 40)).toBe('/v1/log?limit=100&app=a%26b&before=40'));

  test('survives an entry of a kind that a newer daemon writes', () =>
    expect(entryText({ ...entry(1), kind: 'sung' } as never)).toBe('sung'));

  test('two attempts differ in their images', () => {
    const service = (image: string, digest: string) =>
      [
        {
          service: 'web',
          change: 'replace',
          because: undefined,
          image: { from: undefined, to: image },
          digest: { from: undefined, to: digest },
          imageId: undefined,
          containers: { before: [], after: [] },
          completed: false,
        },
      ] as const;
    const [old, otherImage, otherDigest] = [service('a:1', 'd1'), service('a:2', 'd2'), service('a:1', 'd2')];
    const between = (services: typeof old) =>
      differences(entry(1, { services: old }), entry(2, { services })).map(({ what, to }) => `${what} ${to}`);
    expect([between(old), between(otherImage), between(otherDigest)]).toEqual([
      [],
      ['image a:2'],
      ['configuration d2'],
    ]);
    expect(differences(entry(1), entry(2, { services: old }))).toMatchObject([{ from: 'absent', to: 'there' }]);
  });
});

describe('what comes by itself', () => {
  test('is cut into events, wherever the network cut it', () => {
    const text = ': here\n\nid: 7\nevent: entry\ndata: {"a":\ndata: 1}\n\nevent: status\r\ndata: {}\r\n\r\nevent: pro';
    expect(eventsIn(text)).toEqual({
      events: [
        { id: '7', event: 'entry', data: '{"a":\n1}' },
        { id: undefined, event: 'status', data: '{}' },
      ],
      rest: 'event: pro',
    });
  });

  test('is kept as far as one reads it', () => {
    const progress = Array.from({ length: 300 }, (_, n) => String(n)).reduce((all, n) => told(all, 'shop', n), {});
    expect(Object.values(progress)).toEqual([Array.from({ length: 200 }, (_, n) => String(n + 100))]);
  });

  test('is waited for ever longer, up to half a minute', () =>
    expect([1, 2, 3, 9].map(pauseAfter)).toEqual([500, 1_000, 2_000, 30_000]));

  test('is another failure if it ends as soon as it stands, and the first one if it held', () =>
    expect([
      failuresAfter(0, Number.NEGATIVE_INFINITY),
      failuresAfter(3, 0),
      failuresAfter(3, 9_999),
      failuresAfter(3, 10_000),
    ]).toEqual([1, 4, 4, 1]));

  test('an address is a place, whatever somebody wrote into it', () => {
    expect(['', '#/', '#/log', '#/apps/a%2Fb', '#/apps/%', '#/else'].map(placeOf)).toEqual([
      { at: 'host' },
      { at: 'host' },
      { at: 'log' },
      { at: 'app', app: 'a/b' },
      { at: 'app', app: '%' },
      { at: 'host' },
    ]);
  });
});
