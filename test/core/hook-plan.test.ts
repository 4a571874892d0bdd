import { describe, expect, test } from 'vitest';
import { arrange, errandOf, extrasOf, parted } from '../../src/core/hook-plan.ts';
import type { Change } from '../../src/model/change.ts';
import type { Hook, HookRun } from '../../src/model/hook.ts';
import type { Step } from '../../src/model/plan.ts';
import { container, deployed, exited, history, network, on, release, service } from '../support/builders.ts';

const hook = (moment: Hook['moment'], name: string): Hook => ({
  moment,
  service: name,
  limit: 1000,
  irreversible: false,
});
const hooks = [
  hook('pre_deploy', 'migrate'),
  hook('post_deploy', 'warm'),
  hook('on_failure', 'tell'),
  hook('pre_remove', 'backup'),
];
const jobs = ['migrate', 'warm', 'tell', 'backup'].map((name) => service(name));
const fresh = release({ hooks, jobs });
const checks = [{ title: 'page' }, { title: 'smoke', runs: 'smoke' }];

const told = (step: Step): string => {
  if (step.kind === 'hook') return `hook ${step.service}`;
  if (step.kind === 'check') return `check ${step.check}${step.advisory ? ' (told)' : ''}`;
  if (step.kind === 'pull') return `pull ${step.services.join(' ')}`;
  return step.kind;
};

test.each([
  ['a first release', history(), false, 'bring'],
  ['a new release', deployed(release({ digest: 'other' })), false, 'bring'],
  ['an earlier one that a person wants', deployed(release({ digest: 'other' })), true, 'back'],
  ['the deployed one, after another was begun', deployed(fresh, {}, { applied: 'other' }), false, 'back'],
  ['the deployed one', deployed(fresh), false, 'mend'],
] as const)('the way to %s', (_title, known, goesBack, errand) => {
  expect(errandOf(fresh, known, goesBack)).toBe(errand);
});

describe('what belongs to a way', () => {
  const extras = (errand: 'bring' | 'back' | 'mend', known = history()) => {
    const { before, after, onFailure, jobs: needed } = extrasOf({ release: fresh, history: known, errand, checks });
    return { before: before.map(told), after: after.map(told), onFailure: onFailure.map(told), jobs: needed.length };
  };

  test('a new release has its hooks and checks, and all jobs ready', () => {
    expect(extras('bring')).toEqual({
      before: ['hook migrate'],
      after: ['check page', 'check smoke', 'hook warm'],
      onFailure: ['hook tell'],
      jobs: 4,
    });
  });

  test('back there are no hooks, and only cheap checks, to tell', () => {
    expect(extras('back')).toEqual({ before: [], after: ['check page (told)'], onFailure: [], jobs: 0 });
    expect(extras('mend')).toEqual({ before: [], after: [], onFailure: [], jobs: 0 });
  });

  test('an operation that goes on leaves out what has passed, and keeps what has not', () => {
    const run = (of: Hook, result: 'passed' | 'failed'): HookRun => ({
      ...of,
      container: { id: of.service, name: of.service },
      intent: 1,
      begunAt: '2026-11-20T10:00:00.000Z',
      end: { result },
    });
    const goesOn = (result: 'passed' | 'failed', of = fresh.digest) =>
      extras('bring', history({ hooks: { release: of, runs: [run(hook('pre_deploy', 'migrate'), result)] } })).before;
    expect(goesOn('passed')).toEqual([]);
    expect(goesOn('failed')).toEqual(['hook migrate']);
    expect(goesOn('passed', 'other')).toEqual(['hook migrate']);
  });
});

describe('what hooks need first', () => {
  const db = service('db');
  const needy = release({
    hooks,
    jobs: [service('migrate', { dependsOn: [on('db')] })],
    services: [service('net'), { ...db, dependsOn: [on('net')] }, service('web')],
  });
  const extras = extrasOf({ release: needy, history: history(), errand: 'bring', checks: [] });
  const create = (name: string): Change => ({ kind: 'create', to: service(name), cause: { kind: 'new' } });
  const names = (changes: readonly Change[]) =>
    changes.map((change) => ('to' in change ? change.to.name : change.kind));

  test('is what is not there, and what that depends on in turn', () => {
    const { early, rest } = parted([create('web'), create('db'), create('net')], needy, extras);
    expect([names(early), names(rest)]).toEqual([['db', 'net'], ['web']]);
    const start: Change = {
      kind: 'start',
      to: db,
      from: [exited('db', 0)],
      cause: { kind: 'stopped', found: 'exited' },
    };
    expect(names(parted([start], needy, extras).early)).toEqual(['db']);
  });

  test('never touches what runs', () => {
    const replace: Change = { kind: 'replace', to: db, from: [container('db')], cause: { kind: 'other-release' } };
    const more: Change = { kind: 'create', to: db, cause: { kind: 'scale', from: 1, to: 2 } };
    expect(parted([replace, more], needy, extras).early).toEqual([]);
  });

  test('is nothing while a network is to be made anew, or without hooks', () => {
    const anew: Change = { kind: 'replace-network', network: network('default'), cause: { kind: 'other-release' } };
    expect(parted([create('db'), anew], needy, extras).early).toEqual([]);
    expect(parted([create('db')], needy, { ...extras, before: [] }).early).toEqual([]);
  });
});

describe('one row of steps', () => {
  const extras = extrasOf({ release: fresh, history: history(), errand: 'bring', checks });
  const pull = (image: string, ...services: string[]): Step => ({ kind: 'pull', image, services });
  const create: Step = { kind: 'create', services: [] };
  const replace: Step = { kind: 'replace', services: [], containers: [] };
  const wait: Step = { kind: 'await', services: ['web'], condition: 'healthy' };
  const remove: Step = { kind: 'remove', services: [], containers: [] };
  const filesStep: Step = { kind: 'files', paths: ['a'] };
  const row = (early: readonly Step[], rest: readonly Step[], absent: readonly string[] = []) =>
    arrange({ early, rest, extras, absent: new Set(absent), release: fresh }).map(told);

  test('hooks before anything that is touched, checks when it is healthy, removals after them', () => {
    expect(row([], [pull('web', 'web'), filesStep, replace, wait, remove])).toEqual([
      'pull web',
      'hook migrate',
      'files',
      'replace',
      'await',
      'check page',
      'check smoke',
      'hook warm',
      'remove',
      'hook tell',
    ]);
  });

  test('what hooks need first comes before them', () => {
    expect(row([pull('db', 'db'), create, wait], [pull('web', 'web'), replace, wait]).slice(0, 6)).toEqual([
      'pull db',
      'pull web',
      'create',
      'await',
      'hook migrate',
      'replace',
    ]);
  });

  test('each image is fetched once, for all who need it', () => {
    const image = jobs[0]?.image.pinned ?? '';
    expect(row([], [pull(image, 'web'), replace], [image])[0]).toBe('pull web migrate');
    expect(row([], [replace], [image])[0]).toBe('pull migrate');
  });
});
