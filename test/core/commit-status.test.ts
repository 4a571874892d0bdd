import { expect, test } from 'vitest';
import { commitNews, commitSubject, isOpen } from '../../src/core/commit-status.ts';
import { advance, emptyHistory } from '../../src/core/history.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { CommitWord } from '../../src/model/forge.ts';
import type { BlockCode, Outcome } from '../../src/model/outcome.ts';
import { failed, finished, refused, revision, stamped, started } from './entries.ts';

const told = ({ host, app, commit, state, description }: CommitWord): string =>
  `${host}/${app} ${commit} ${state}: ${description}`;

/** What is told of each entry, one after the other, by a forge that takes everything. */
function story(...bodies: readonly EntryBody[]): readonly (readonly string[])[] {
  let history = emptyHistory;
  let open: readonly string[] = [];
  return stamped(...bodies).map((entry) => {
    const after = advance(history, entry);
    const { newest, ended } = commitNews({ before: history, after, entry }, new Set(open));
    history = after;
    const words = [...ended, ...(newest ? [newest] : [])];
    const closed = words.map(commitSubject);
    open = [...open.filter((subject) => !closed.includes(subject)), ...words.filter(isOpen).map(commitSubject)];
    return words.map(told);
  });
}

const of = (commit: string, release = commit.replace('c', 'r')) => ({ revision: revision(commit), release });
const blocked = (code: BlockCode, reason: string): Outcome => ({
  kind: 'blocked',
  reasons: [{ code, reason, lift: 'harbormaster retry web' }],
});
const world = failed({ code: 'image-unavailable', message: 'the registry does not answer\nsecond line' });
const recovered = { kind: 'recovered', app: 'web', after: 1, of: 'release' } as const;

test('a commit that is deployed is pending, and healthy only when that was seen', () => {
  expect(
    story(
      started(of('c1')),
      { kind: 'step', app: 'web', intent: 1, act: 'create', title: 'create web' },
      finished(of('c1')),
    ),
  ).toEqual([
    ['host1/web c1 deploying: deploying release r1'],
    [],
    ['host1/web c1 healthy: deployed release r1, healthy after 1.2 s'],
  ]);
});

test('one that fails says why, on one line; the world is another matter than the commit', () => {
  const unhealthy = failed({ code: 'unhealthy', message: 'web is unhealthy\nlogs', step: 'await web' });
  expect(
    story(
      started(of('c1')),
      finished({ ...of('c1'), outcome: unhealthy }),
      // Going back says nothing of a commit.
      started({ ...of('c0'), purpose: 'restore' }),
      finished({ ...of('c0'), purpose: 'restore' }),
      refused(failed({ message: 'no \u001b[31m compose' }), of('c2')),
      refused(world, of('c3')),
    ),
  ).toEqual([
    ['host1/web c1 deploying: deploying release r1'],
    ['host1/web c1 failed: failed at "await web": web is unhealthy'],
    [],
    [],
    ['host1/web c2 failed: failed: no \\u001b[31m compose'],
    ['host1/web c3 broken: failed: the registry does not answer'],
  ]);
});

test.each(['window', 'approval', 'denied', 'manual', 'held', 'suspended', 'waiting-for'] as const)(
  'blocked by %s it waits, with the reason, until it is deployed',
  (code) => {
    expect(story(refused(blocked(code, 'not now'), of('c1')), started(of('c1')), finished(of('c1')))).toMatchObject([
      ['host1/web c1 waiting: waits: not now'],
      ['host1/web c1 deploying: deploying release r1'],
      [expect.stringContaining('healthy')],
    ]);
  },
);

test.each(['quarantined', 'rejected'] as const)('what is %s does not wait: nothing comes of it by itself', (code) => {
  expect(story(refused(blocked(code, 'bad'), of('c1')))).toEqual([['host1/web c1 failed: bad']]);
});

test('a commit that waits is over when a newer one comes, when Git goes back, and when the app goes', () => {
  const waits = refused(blocked('window', 'night'), of('c1'));
  expect(story(waits, refused(blocked('window', 'night'), of('c2')))[1]).toEqual([
    'host1/web c1 superseded: superseded by c2',
    'host1/web c2 waiting: waits: night',
  ]);
  expect(story(finished(of('c0')), waits, { ...recovered, revision: revision('c3') })[2]).toEqual([
    'host1/web c1 superseded: superseded by c3',
    'host1/web c3 healthy: deployed already as release r0',
  ]);
  expect(story(waits, recovered)[1]).toEqual(['host1/web c1 superseded: superseded: Git asks for what is deployed']);
  expect(
    story(waits, {
      kind: 'forgotten',
      app: 'web',
      trigger: { kind: 'request' },
      reason: undefined,
      containers: [],
      networks: [],
    })[1],
  ).toEqual(['host1/web c1 superseded: web is no longer deployed by host1']);
});

test('a deployment that a newer commit ends is superseded, once', () => {
  const gaveWay = finished({ ...of('c1'), outcome: { kind: 'superseded', step: 'pull web', by: 'r2' } });
  expect(story(started(of('c1')), gaveWay, started(of('c2')))).toEqual([
    ['host1/web c1 deploying: deploying release r1'],
    ['host1/web c1 superseded: superseded by release r2 before "pull web"'],
    ['host1/web c2 deploying: deploying release r2'],
  ]);
});

test('what is cut short goes on: nothing is told until it ends', () => {
  const cut = finished({ ...of('c1'), outcome: { kind: 'interrupted', step: undefined } });
  expect(story(started(of('c1')), cut)[1]).toEqual([]);
});

test('a failure that is tried again and again is told once; one who asks for another try sees it go on', () => {
  const fails = finished({ ...of('c1'), outcome: world });
  const asked = started({ ...of('c1'), trigger: { kind: 'request', by: 'ada' } });
  expect(
    story(started(of('c1')), fails, started(of('c1')), fails, asked, fails, started(of('c1')), finished(of('c1'))),
  ).toEqual([
    [expect.stringContaining('deploying')],
    [expect.stringContaining('broken')],
    [],
    [],
    [expect.stringContaining('deploying')],
    [expect.stringContaining('broken')],
    [],
    [expect.stringContaining('healthy')],
  ]);
});

test('an app that is renamed while its commit waits: the old name is done with, and the new one waits', () => {
  const waits = refused(blocked('window', 'night'), of('c1'));
  const trigger = { kind: 'start' } as const;
  expect(
    story(
      waits,
      { kind: 'renamed', app: 'shop', from: 'web', project: 'web', trigger },
      finished({ ...of('c1'), app: 'shop' }),
    ),
  ).toEqual([
    ['host1/web c1 waiting: waits: night'],
    ['host1/web c1 superseded: web is called shop now', 'host1/shop c1 waiting: waits: night'],
    [expect.stringContaining('host1/shop c1 healthy')],
  ]);
});

test('what has no commit tells nothing', () => {
  expect(
    story(refused(failed(), { revision: undefined, release: undefined }), {
      kind: 'repaired',
      offset: 0,
      length: 1,
      sha256: '',
    }),
  ).toEqual([[], []]);
});
