import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startTimeline } from '../../src/core/timeline.ts';
import { startTracing } from '../../src/core/trace.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { ServiceRecord } from '../../src/model/service-record.ts';
import type { Span } from '../../src/model/span.ts';
import { failed, finished, opened, refused, revision, serviceRecord, stamped, started } from './entries.ts';
import { stories } from './stories.ts';

const id = (letter: string) => letter.repeat(64);
const commit = (letter: string) => letter.repeat(40);

function traced(entries: readonly Entry[], what: string) {
  const tracing = startTracing(what);
  for (const entry of entries) tracing.add(entry);
  return tracing.result();
}

const web = (version: string, after: string, before?: string): ServiceRecord =>
  serviceRecord({
    image: { from: undefined, to: `web:${version}@sha256:${id(version)}` },
    imageId: `sha256:${id(`e${version}`).slice(0, 64)}`,
    containers: { before: before === undefined ? [] : [id(before)], after: [id(after)] },
    ran: [{ id: id(after), name: 'shop-web-1', image: `web:${version}`, imageId: `sha256:${version}` }],
  });

/** Intent, steps and outcome of one operation; `seq` is the number of the intent. */
const operation = (
  seq: number,
  about: { readonly release: string; readonly of: string; readonly services: readonly ServiceRecord[] },
  more: { readonly end?: Partial<Extract<EntryBody, { kind: 'finished' }>>; readonly begin?: object } = {},
): readonly EntryBody[] => {
  const { release, of, services } = about;
  const common = { app: 'shop', release: id(release), revision: revision(commit(of)) };
  return [
    started({ ...common, ...more.begin }),
    { kind: 'step', app: 'shop', intent: seq, act: 'replace', title: 'replace web' },
    finished({ ...common, intent: seq, services, ...more.end }),
  ];
};

const consent = { plan: 'p', approvals: [{ by: 'bob', at: '2026-11-20T09:00:00.000Z', seq: 1 }] };
const story = stamped(
  opened(),
  ...operation(2, { release: '1', of: 'a', services: [web('1', 'c')] }, { begin: { consent } }),
  // Healed: the same release, another container.
  ...operation(
    5,
    { release: '1', of: 'a', services: [web('1', 'd', 'c')] },
    { begin: { purpose: 'heal' }, end: { purpose: 'heal' } },
  ),
  ...operation(
    8,
    { release: '2', of: 'b', services: [web('2', 'e', 'd')] },
    { end: { outcome: failed({ message: 'web exited' }) } },
  ),
  ...operation(
    11,
    { release: '1', of: 'a', services: [web('1', 'f', 'e')] },
    { begin: { purpose: 'restore' }, end: { purpose: 'restore' } },
  ),
  refused(failed({ message: 'no such file' }), { app: 'shop', release: undefined, revision: revision(commit('0')) }),
);

test('a container is led back to the act that made it, and to the deployment that it serves', () => {
  const [found, ...others] = traced(story, id('d').slice(0, 12));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    kind: 'container',
    id: id('d'),
    name: 'shop-web-1',
    app: 'shop',
    service: 'web',
    image: `web:1@sha256:${id('1')}`,
    ran: [{ seq: 7, until: 10 }],
    origin: { seq: 7, purpose: 'heal' },
    deployment: { seq: 4, purpose: 'deploy', approvals: [{ by: 'bob', seq: 1 }] },
    commit: commit('a'),
    revision: { author: { name: 'Ada' } },
  });
});

test('a name that several containers had is each of them, the newest first', () => {
  expect(traced(story, 'shop-web-1').map(({ id: found }) => found)).toEqual([id('f'), id('e'), id('d'), id('c')]);
  expect(traced(story, 'shop-we').map(({ id: found }) => found)).toHaveLength(4);
});

test('an image ran whenever a container of it did', () => {
  expect(traced(story, 'web:1')).toMatchObject([
    {
      kind: 'image',
      ran: [
        { seq: 4, until: 10, state: 'running' },
        { seq: 13, until: undefined },
      ],
      origin: { seq: 4 },
    },
  ]);
  expect(traced(story, `sha256:${id('2').slice(0, 9)}`)).toMatchObject([
    {
      kind: 'image',
      service: 'web',
      ran: [{ seq: 10, until: 13, state: 'mixed' }],
      origin: { seq: 10 },
      commit: commit('b'),
    },
  ]);
});

test('a commit is told with what came of it', () => {
  expect(traced(story, commit('b').slice(0, 8).toUpperCase())).toMatchObject([
    {
      kind: 'commit',
      ran: [{ seq: 10, until: 11, state: 'mixed' }],
      attempts: [{ seq: 10, what: expect.stringContaining('web exited') as string }],
      release: id('2'),
    },
  ]);
  expect(traced(story, commit('0'))).toMatchObject([
    { kind: 'commit', ran: [], origin: undefined, revision: { subject: 'Change web' }, attempts: [{ seq: 14 }] },
  ]);
  expect(traced(story, commit('a'))).toMatchObject([
    {
      ran: [
        { seq: 4, until: 8 },
        { seq: 13, until: undefined },
      ],
      attempts: [],
    },
  ]);
});

test('what nobody speaks of is not found', () => {
  expect(traced(story, 'deadbeef')).toEqual([]);
  expect(traced(stamped(opened()), 'web')).toEqual([]);
});

/** Every span of an app. */
function spansOf(entries: readonly Entry[]): readonly Span[] {
  const timeline = startTimeline('shop');
  const ended = entries.flatMap((entry) => timeline.add(entry) ?? []);
  const last = timeline.current();
  return last ? [...ended, last] : ended;
}

test('whatever happened, a release ran exactly in the spans that say so', () => {
  let found = 0;
  fc.assert(
    fc.property(stories, (entries) => {
      const spans = spansOf(entries).filter(({ state }) => state === 'running');
      for (const release of new Set(spans.map((span) => span.release ?? ''))) {
        found += 1;
        const [traces] = traced(entries, release).filter(({ kind }) => kind === 'release');
        const periods = (traces?.ran ?? []).filter(({ state }) => state === 'running');
        const covered = (seq: number) =>
          periods.some((period) => period.seq <= seq && seq < (period.until ?? Number.POSITIVE_INFINITY));
        for (const span of spans) expect(covered(span.seq)).toBe(span.release === release);
      }
    }),
    { numRuns: 300 },
  );
  expect(found).toBeGreaterThan(50);
});
