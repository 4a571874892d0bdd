import { expect, test } from 'vitest';
import { claimObserved, claimsOf, doubtful, withMisread } from '../../src/core/claims.ts';
import { diff } from '../../src/core/diff.ts';
import { foldHistory } from '../../src/core/history.ts';
import type { EntryBody, EntryOf } from '../../src/model/entry.ts';
import type { Step } from '../../src/model/plan.ts';
import { container, instance, observed, release, report, service } from '../support/builders.ts';
import { failed, finished, serviceRecord, stamped, started } from './entries.ts';

const services = [{ service: 'web', cause: { kind: 'new' } }] as const;
const files: Step = { kind: 'files', paths: ['app.conf'] };
const replaces: Step = { kind: 'replace', services, containers: [{ id: 'c1', name: 'web-1' }] };
const starts: Step = { kind: 'start', services, containers: [{ id: 'c1', name: 'web-1' }] };

const begins = (intent: number, act: EntryOf<'step'>['act']): EntryBody => ({
  kind: 'step',
  app: 'web',
  intent,
  act,
  title: act,
});
const stays = [serviceRecord({ containers: { before: ['c1'], after: ['c1'] } })];

const claimsAfter = (...bodies: readonly EntryBody[]) => claimsOf(foldHistory(stamped(...bodies)), instance);
/** The entry of the files is the second one. */
const written = Date.UTC(2026, 10, 20, 10, 0, 1);
const cutShort = [
  started({ steps: [files, replaces] }),
  begins(1, 'files'),
  finished({ outcome: { kind: 'interrupted', step: 'files' }, services: stays }),
] as const;

/** Whether a container with this id that was started then counts as one that may have read files of another release. */
function misread(bodies: readonly EntryBody[], startedAt: number, id = 'c1'): boolean {
  const claims = claimsAfter(...bodies);
  const seen = claimObserved(observed([container('web', { id })]), claims);
  const reports = doubtful(seen, claims).map((one) => report('web', { id: one, startedAt }));
  return withMisread(seen, reports, claims).containers[0]?.misread === true;
}

test('a container that was to be replaced may have read the files from the step on that wrote them, if it was started since', () => {
  expect(misread(cutShort, written)).toBe(true);
  expect(misread(cutShort, written - 1)).toBe(false);
  expect(misread(cutShort, written, 'c2')).toBe(false);
  expect(misread([started({ steps: [files, replaces] })], written)).toBe(false);
  expect(misread([started({ steps: [replaces] }), begins(1, 'replace')], written)).toBe(false);
});

test('and also after a failure, until an operation ends well', () => {
  const again = started({ steps: [files, replaces] });
  const after = [...cutShort, again, begins(4, 'files')];
  expect(misread([...after, finished({ intent: 4, outcome: failed(), services: stays })], written)).toBe(true);
  expect(misread([...after, finished({ intent: 4, services: stays })], written)).toBe(false);
});

test('one of which the engine does not tell counts as started just now', () => {
  const claims = claimsAfter(...cutShort);
  const seen = observed([container('web', { id: 'c1' })]);
  expect(withMisread(seen, [{ id: 'c1', startedAt: undefined }], claims).containers).toMatchObject([{ misread: true }]);
});

test('what is started on purpose reads what is meant for it', () => {
  const on = [...cutShort, started({ steps: [files, starts] }), begins(4, 'files')];
  expect(misread(on, written + 9000)).toBe(true);
  expect(misread([...on, begins(4, 'start')], written + 9000)).toBe(false);
});

test('what is gone is forgotten', () => {
  const gone = [serviceRecord({ containers: { before: ['c1'], after: ['c2'] } })];
  const history = foldHistory(stamped(...cutShort.slice(0, 2), finished({ outcome: failed(), services: gone })));
  expect(history.apps['web']?.exposed).toBeUndefined();
});

test('such a container is replaced, if its service mounts anything of the repository', () => {
  const plan = (content: Record<string, string>) =>
    diff({
      release: release({ services: [service('web', { content })] }),
      deployed: undefined,
      history: undefined,
      containers: [{ ...container('web'), misread: true }],
    });
  expect(plan({ 'app.conf': 'a' })).toMatchObject([
    { kind: 'replace', cause: { kind: 'content', paths: ['app.conf'], whyNew: expect.stringContaining('in place') } },
  ]);
  expect(plan({})).toEqual([]);
});
