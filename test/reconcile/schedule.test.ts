import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/model/outcome.ts';
import type { PassReport } from '../../src/model/report.ts';
import { createSchedule } from '../../src/reconcile/schedule.ts';
import { app } from '../support/builders.ts';

const minute = 60_000;
const apps = ['one', 'two'].map((name) => app({ name, project: name, interval: minute }));
/** A spread of nothing. */
const random = () => 0.5;
const schedule = () => createSchedule({ apps: () => apps, random });

const report = (
  name: string,
  outcome: Outcome = { kind: 'unchanged' },
  more: Partial<PassReport> = {},
): PassReport => ({
  app: name,
  outcome,
  entry: undefined,
  revision: undefined,
  ...more,
});
const interval = { kind: 'interval' } as const;
const event = { kind: 'engine-event' } as const;
const unreachable: Outcome = {
  kind: 'failed',
  code: 'source-unreachable',
  message: 'no route',
  hint: undefined,
  step: undefined,
};

const engineless: Outcome = { ...unreachable, code: 'engine-unreachable' };

/** Everything is known and idle at time 0. */
function settled() {
  const known = schedule();
  known.turn(0);
  for (const { name } of apps) known.ended(report(name), interval, 0);
  return known;
}

const nothing = { passes: [], stirred: [], glances: [] };

describe('a pass', () => {
  test('is due at once, and then at the app’s own pace', () => {
    const known = schedule();
    expect(known.turn(0)).toEqual({ ...nothing, passes: [[{ kind: 'start' }, ['one', 'two']]] });
    known.ended(report('one'), interval, 1000);
    known.ended(report('two'), interval, 2000);
    expect(known.turn(60_999)).toEqual(nothing);
    expect(known.turn(61_000).passes).toEqual([[{ kind: 'interval' }, ['one']]]);
  });

  test('that failed by the world’s fault is due sooner, then slower, and never slower than the pace', () => {
    const known = settled();
    let now = minute;
    const waits: number[] = [];
    for (let failures = 0; failures < 5; failures += 1) {
      while (known.turn(now).passes.length === 0) now += 1000;
      known.ended(report('one', unreachable), interval, now);
      known.ended(report('two'), interval, now);
      const from = now;
      while (!known.turn(now).passes.some(([, names]) => names.includes('one'))) now += 1000;
      waits.push(now - from);
      known.ended(report('one', unreachable), interval, now);
    }
    expect(waits).toEqual([10_000, 40_000, minute, minute, minute]);
  });

  test('that found no engine after an event is due again soon, and at once when an event finds it back', () => {
    const known = settled();
    known.notice(['one'], 1000);
    expect(known.turn(1000).stirred).toEqual(['one']);
    known.ended(report('one', engineless), event, 1000);
    expect(known.turn(10_999)).toEqual(nothing);
    expect(known.turn(11_000).passes).toEqual([[{ kind: 'retry' }, ['one']]]);
    known.ended(report('one', engineless), { kind: 'retry' }, 11_000);
    known.notice(['one', 'two'], 12_000);
    expect(known.turn(12_000).stirred).toEqual(['one', 'two']);
    for (const name of ['one', 'two']) known.ended(report(name), event, 13_000);
    expect(known.turn(13_000)).toEqual({ ...nothing, passes: [[{ kind: 'retry' }, ['one']]] });
    known.ended(report('one'), { kind: 'retry' }, 13_000);
    known.notice(['one'], 14_000);
    known.turn(14_000);
    known.ended(report('one'), event, 14_000);
    expect(known.turn(14_000)).toEqual(nothing);
  });

  test('that was superseded is due at once', () => {
    const known = settled();
    known.turn(minute);
    known.ended(report('one', { kind: 'superseded', step: undefined, by: 'r2' }), interval, minute);
    expect(known.turn(minute).passes).toEqual([[{ kind: 'interval' }, ['one']]]);
  });

  test('that told nothing is tried again soon', () => {
    const known = settled();
    known.turn(minute);
    known.failed(['one', 'two'], minute);
    expect(known.turn(minute + 9999)).toEqual(nothing);
    expect(known.turn(minute + 10_000).passes).toEqual([[{ kind: 'retry' }, ['one', 'two']]]);
  });
});

describe('a wake-up', () => {
  test('makes every app due for its reason', () => {
    const known = settled();
    known.wake({ kind: 'file-change' });
    expect(known.turn(1).passes).toEqual([[{ kind: 'file-change' }, ['one', 'two']]]);
  });

  test('of one app leaves the others at their own pace', () => {
    const known = settled();
    known.turn(minute);
    known.wake({ kind: 'interval' }, ['one', 'gone']);
    for (const app of ['one', 'two']) known.ended(report(app), interval, minute + 1);
    expect(known.turn(minute + 2).passes).toEqual([[{ kind: 'interval' }, ['one']]]);
  });

  test('during a pass is not lost, nor is its reason', () => {
    const known = settled();
    known.turn(minute);
    known.wake({ kind: 'file-change' });
    expect(known.turn(minute + 1).passes).toEqual([]);
    known.ended(report('one'), interval, minute + 2);
    expect(known.turn(minute + 3).passes).toEqual([[{ kind: 'file-change' }, ['one']]]);
    known.ended(report('one'), interval, minute + 4);
    expect(known.turn(minute + 5).passes).toEqual([]);
  });

  test('during a pass that told nothing is not lost either', () => {
    const known = settled();
    known.turn(minute);
    known.wake({ kind: 'file-change' });
    known.failed(['one', 'two'], minute + 1);
    expect(known.turn(minute + 1).passes).toEqual([[{ kind: 'file-change' }, ['one', 'two']]]);
  });
});

describe('a hint that Git has something new', () => {
  const push = (delivery: string) =>
    ({ kind: 'webhook', actor: { kind: 'webhook', forge: 'github', delivery } }) as const;

  test('makes exactly the apps due that it is about, at once, and says who told', () => {
    const known = settled();
    known.hint(push('a'), ['one', 'gone'], 5000);
    expect(known.turn(5000)).toEqual({ ...nothing, passes: [[push('a'), ['one']]] });
  });

  test('that comes twice in a moment makes one look now and one a second later, however often it comes', () => {
    const known = settled();
    known.hint(push('a'), ['one'], 5000);
    known.hint(push('b'), ['one'], 5000);
    expect(known.turn(5000).passes).toEqual([[push('b'), ['one']]]);
    known.ended(report('one'), push('b'), 5100);
    for (let at = 5100; at < 5900; at += 10) known.hint(push(`${at}`), ['one'], at);
    expect(known.turn(5999)).toEqual(nothing);
    expect(known.idle(5990, 250)).toBe(10);
    expect(known.turn(6000).passes).toEqual([[push('5890'), ['one']]]);
    known.ended(report('one'), push('5890'), 6100);
    expect(known.turn(30_000)).toEqual(nothing);
  });

  test('during a pass is glanced at at once, and is looked at again after the pass, so that nothing is lost', () => {
    const known = settled();
    known.turn(minute);
    known.hint(push('a'), ['one'], minute + 2000);
    expect(known.turn(minute + 2000)).toEqual({ ...nothing, glances: ['one'] });
    expect(known.turn(minute + 2001)).toEqual(nothing);
    known.hint(push('b'), ['one'], minute + 2002);
    expect(known.turn(minute + 2999)).toEqual(nothing);
    expect(known.turn(minute + 3000)).toEqual({ ...nothing, glances: ['one'] });
    known.ended(report('one', { kind: 'superseded', step: undefined, by: 'r2' }), interval, minute + 4000);
    expect(known.turn(minute + 4000).passes).toEqual([[push('b'), ['one']]]);
    known.ended(report('one'), push('b'), minute + 4001);
    expect(known.turn(minute + 4002).passes).toEqual([]);
  });

  test('just before a look at the containers is followed for its own reason, whatever came of that look', () => {
    for (const outcome of [{ kind: 'superseded', step: undefined, by: 'r2' }, engineless] as const) {
      const known = settled();
      known.hint(push('a'), ['one'], 10);
      known.notice(['one'], 500);
      expect(known.turn(500)).toEqual({ ...nothing, stirred: ['one'] });
      expect(known.turn(1000)).toEqual({ ...nothing, glances: ['one'] });
      known.ended(report('one', outcome), event, 1100);
      expect(known.turn(1100).passes).toEqual([[push('a'), ['one']]]);
    }
  });

  test('that must wait a moment is not forgotten where a look at the containers meanwhile finds no engine', () => {
    const known = settled();
    known.hint(push('a'), ['one'], 10);
    known.notice(['one'], 500);
    known.turn(500);
    known.ended(report('one', engineless), event, 600);
    expect(known.turn(999)).toEqual(nothing);
    expect(known.turn(1000).passes).toEqual([[push('a'), ['one']]]);
  });

  test('of an app that left the configuration meanwhile keeps nobody awake', () => {
    let declared = apps;
    const known = createSchedule({ apps: () => declared, random });
    known.turn(0);
    for (const { name } of apps) known.ended(report(name), interval, 0);
    known.hint(push('a'), ['one'], 10);
    declared = declared.slice(1);
    expect(known.turn(minute).passes).toEqual([[{ kind: 'interval' }, ['two']]]);
    expect(known.idle(minute, 250)).toBe(250);
  });
});

describe('what the engine told of', () => {
  test('is looked at in a moment, many notices at once', () => {
    const known = settled();
    known.notice(['one'], 1100);
    known.notice(['one'], 1150);
    expect(known.idle(1000, 250)).toBe(100);
    expect(known.turn(1099)).toEqual(nothing);
    expect(known.turn(1100)).toEqual({ ...nothing, stirred: ['one'] });
    known.ended(report('one'), event, 1200);
    expect(known.turn(2000)).toEqual(nothing);
    expect(known.idle(2000, 250)).toBe(250);
  });

  test('does not move the look at Git', () => {
    const known = settled();
    known.notice(['one'], 1000);
    known.turn(1000);
    known.ended(report('one'), event, 30_000);
    expect(known.turn(minute).passes).toEqual([[{ kind: 'interval' }, ['one', 'two']]]);
  });

  test('does not cost an app its look at Git that falls due meanwhile', () => {
    const known = settled();
    known.notice(['one'], minute - 10);
    known.turn(minute - 10);
    expect(known.turn(minute)).toEqual({ ...nothing, passes: [[{ kind: 'interval' }, ['two']]], glances: ['one'] });
    known.ended(report('one'), event, minute + 10);
    expect(known.turn(minute + 10).passes).toEqual([[{ kind: 'interval' }, ['one']]]);
  });

  test('during a pass is looked at after it', () => {
    const known = settled();
    known.turn(minute);
    known.notice(['one'], minute + 10);
    expect(known.turn(minute + 20)).toEqual(nothing);
    known.ended(report('one'), interval, minute + 30);
    expect(known.turn(minute + 30)).toEqual({ ...nothing, stirred: ['one'] });
  });

  test('and must wait is looked at again when the waiting is over', () => {
    const known = settled();
    known.notice(['one'], 1000);
    known.turn(1000);
    known.ended(report('one', { kind: 'unchanged' }, { again: 5000 }), event, 1500);
    expect(known.turn(6499)).toEqual(nothing);
    expect(known.turn(6500)).toEqual({ ...nothing, stirred: ['one'] });
  });

  test('just before a full pass, which looks into no container, is looked at after it', () => {
    const known = settled();
    known.notice(['one'], minute);
    expect(known.turn(minute)).toEqual({ ...nothing, passes: [[{ kind: 'interval' }, ['one', 'two']]] });
    known.ended(report('one'), interval, minute + 1);
    expect(known.turn(minute + 2).stirred).toEqual(['one']);
    known.ended(report('one'), event, minute + 3);
    expect(known.turn(minute + 4).stirred).toEqual([]);
  });
});

test('an app that is worked on for longer than its interval is glanced at, once an interval', () => {
  const known = settled();
  known.turn(minute);
  known.ended(report('two'), interval, minute);
  expect(known.turn(2 * minute - 1)).toEqual(nothing);
  expect(known.turn(2 * minute)).toEqual({ ...nothing, passes: [[{ kind: 'interval' }, ['two']]], glances: ['one'] });
  expect(known.turn(2 * minute + 1)).toEqual(nothing);
  expect(known.turn(3 * minute).glances).toEqual(['one', 'two']);
});

test('an app that left the configuration is due no more', () => {
  let declared = apps;
  const known = createSchedule({ apps: () => declared, random });
  known.turn(0);
  declared = declared.slice(1);
  known.ended(report('one'), interval, 1);
  known.ended(report('two'), interval, 1);
  expect(known.turn(10 * minute).passes).toEqual([[{ kind: 'interval' }, ['two']]]);
});

test('what waits for a window is looked at when it opens, and at its own pace if that is sooner', () => {
  const known = schedule();
  known.turn(0);
  const blocked: Outcome = { kind: 'blocked', reasons: [{ code: 'window', reason: 'closed', lift: 'a line' }] };
  known.ended(report('one', blocked, { opens: 20_000 }), interval, 0);
  known.ended(report('two', blocked, { opens: 10 * minute }), interval, 0);
  expect(known.turn(19_999)).toEqual(nothing);
  expect(known.turn(20_000)).toEqual({ ...nothing, passes: [[{ kind: 'window' }, ['one']]] });
  expect(known.turn(minute)).toEqual({ ...nothing, passes: [[{ kind: 'interval' }, ['two']]] });
});
