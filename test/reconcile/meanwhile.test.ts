import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruling } from '../../src/core/approval.ts';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';
import { tries } from '../support/tries.ts';

/** What others do while Harbormaster is at work. */
type Deed =
  | {
      readonly kind:
        | 'hold'
        | 'release'
        | 'suspend'
        | 'resume'
        | 'retry'
        | 'rollback'
        | 'pass'
        | 'apply'
        | 'kill'
        | 'remove'
        | 'leave'
        | 'return'
        | 'approve'
        | 'reject';
      readonly app: 'shop' | 'mail';
    }
  | { readonly kind: 'suspend-all' | 'resume-all' | 'pass-all' | 'glance' | 'log-fails' }
  | { readonly kind: 'push'; readonly version: number; readonly isGood: boolean };

interface Turn {
  /** Before which act or append of the pass. */
  readonly deeds: readonly { readonly at: number; readonly deed: Deed }[];
  readonly before: Deed | undefined;
  readonly seconds: number;
}

const push = fc.record({ kind: fc.constant('push'), version: fc.nat(2), isGood: fc.boolean() });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: push },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['hold', 'release', 'suspend', 'resume', 'retry', 'rollback', 'pass', 'apply', 'kill', 'remove'] as const),
        ...(['leave', 'return', 'return', 'approve', 'approve', 'reject'] as const),
      ),
      app: fc.constantFrom('shop', 'mail'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('suspend-all', 'resume-all', 'pass-all', 'glance', 'log-fails') }),
  },
) as fc.Arbitrary<Deed>;

const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({
    deeds: fc.array(fc.record({ at: fc.integer({ min: 1, max: 14 }), deed }), { maxLength: 3 }),
    before: fc.option(fc.oneof(push as fc.Arbitrary<Deed>, deed), { nil: undefined }),
    seconds: fc.constantFrom(1, 60, 3600),
  }),
  { minLength: 1, maxLength: 6 },
);

const modelOf = (image: string) => ({ services: { web: { image }, db: { image: 'db:1' } } });
const request: Trigger = { kind: 'request', by: 'ada' };
const expected = ['usage', 'app-unknown', 'log-unwritable'];
const names = ['shop', 'mail'] as const;

async function worldOf(declared: Partial<App>) {
  const apps = names.map((name) => testApp({ ...declared, name, project: name }));
  const harbor = await testHarbor({ apps, model: modelOf('good:0') });
  const { engine, log, clock } = harbor;
  const { approval: policy } = testApp(declared);
  const isAsking = declared.deploy === 'approve';
  engine.byImage = (image) => (image.startsWith('bad:') ? { health: 'unhealthy' } : {});
  const state = { wanted: 'good:0', fails: false };
  const broken: string[] = [];
  const pending: Promise<void>[] = [];
  let due: { at: number; deed: Deed }[] = [];
  let moment = 0;

  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HarborError && expected.includes(error.code))) throw error;
    }
  };
  const quiet = (): void => undefined;
  const isDeclared = (app: string): boolean => harbor.declared().some(({ name }) => name === app);
  const does = async (one: Deed): Promise<unknown> => {
    const us = harbor.harbor();
    switch (one.kind) {
      case 'push':
        state.wanted = `${one.isGood ? 'good' : 'bad'}:${one.version}`;
        return harbor.push(modelOf(state.wanted));
      case 'kill':
      case 'remove':
        harm(one.app, one.kind);
        return us.stir([one.app]);
      case 'leave':
        return harbor.declare(harbor.declared().filter(({ name }) => name !== one.app));
      case 'return':
        return harbor.declare(apps.filter(({ name }) => name === one.app || isDeclared(name)));
      case 'approve':
      case 'reject': {
        const [report] = await us.plan([one.app]);
        if (report?.kind !== 'planned' || report.approval === undefined) return undefined;
        const decision = { app: one.app, plan: report.approval.plan, reason: 'read' };
        return one.kind === 'approve'
          ? us.approve(decision, { kind: 'request', by: 'bob' }, quiet)
          : us.reject(decision, { kind: 'request', by: 'cy' });
      }
      case 'hold':
        return us.hold(one.app, 'a freeze', request);
      case 'release':
        return us.release(one.app, undefined, request);
      case 'suspend':
        return us.suspend({ app: one.app, reason: 'a look', until: undefined, forever: true }, request);
      case 'suspend-all':
        return us.suspend({ app: undefined, reason: 'a look', until: undefined, forever: true }, request);
      case 'resume':
        return us.resume(one.app, undefined, request);
      case 'resume-all':
        return us.resume(undefined, undefined, request);
      case 'retry':
        return us.retry([one.app], request, quiet);
      case 'rollback':
        return us.rollback({ app: one.app, to: undefined, reason: 'slow', hold: false }, request, quiet);
      case 'pass':
        return us.pass([one.app], { kind: 'engine-event' }, quiet);
      case 'pass-all':
        return us.pass([...names], { kind: 'interval' }, quiet);
      case 'apply':
        return us.apply([one.app], request, quiet);
      case 'glance':
        return us.glance([...names]);
      case 'log-fails':
        state.fails = true;
        return undefined;
    }
  };
  const harm = (app: string, how: 'kill' | 'remove'): void => {
    engine.containers = engine.containers.flatMap((one) => {
      if (one.service !== 'web' || one.project !== app) return [one];
      return how === 'remove' ? [] : [{ ...one, state: 'exited' as const, exitCode: 137 }];
    });
  };
  const next = (): void => {
    moment += 1;
    const now = due.filter(({ at }) => at === moment);
    due = due.filter(({ at }) => at !== moment);
    for (const { deed: one } of now) pending.push(attempt(() => does(one)));
  };
  const append = log.append.bind(log);
  log.append = async (body) => {
    const isOfDeclared = 'app' in body && isDeclared(body.app);
    next();
    await Promise.resolve();
    if (state.fails) {
      state.fails = false;
      throw new HarborError('no space', { code: 'log-unwritable' });
    }
    const entry = await append(body);
    judge(entry, isOfDeclared);
    return entry;
  };
  engine.beforeAct = next;

  /** What must hold at every entry. */
  const judge = (entry: Entry, isOfDeclared: boolean): void => {
    if (entry.kind !== 'started') return;
    const earlier = log.written.slice(0, entry.seq - 1);
    const snapshot = foldHistory(earlier);
    const history = historyOf(snapshot, entry.app);
    if (history?.open !== undefined) broken.push(`${entry.seq} begun within ${history.open.seq}`);
    if (history?.suspension !== undefined || snapshot.suspension !== undefined)
      broken.push(`${entry.seq} begun while suspended`);
    const { consent } = entry;
    const { decisions = [], deployed } = history ?? {};
    const authors = entry.revision ? [entry.revision.author, entry.revision.committer] : [];
    const hearing = { decisions, plan: consent?.plan ?? '', policy, authors, now: clock.now().getTime() };
    if (isAsking && entry.purpose === 'deploy' && deployed?.release !== entry.release)
      if (ruling(hearing).kind !== 'approved' && history?.unfinished?.release !== entry.release)
        broken.push(`${entry.seq} begun without consent`);
    if ((entry.purpose === 'remove') === isOfDeclared)
      broken.push(`${entry.seq} ${entry.purpose} of an app that is ${isOfDeclared ? '' : 'not '}declared`);
    if (entry.purpose === 'deploy' && history?.hold !== undefined && history.deployed?.release !== entry.release)
      broken.push(`${entry.seq} deploys something newer while held`);
  };
  const turn = async ({ deeds, before, seconds }: Turn): Promise<void> => {
    clock.advance(seconds * 1000);
    if (before) await attempt(() => does(before));
    [due, moment] = [[...deeds], 0];
    await attempt(() => harbor.pass());
    due = [];
    state.fails = false;
    while (pending.length > 0) await pending.shift();
  };
  const calmDown = async (): Promise<void> => {
    const us = harbor.harbor();
    harbor.declare(apps);
    await harbor.pass();
    await us.resume(undefined, undefined, request);
    for (const name of names) {
      await us.resume(name, undefined, request);
      await us.release(name, undefined, request);
    }
    for (let pass = 0; pass < 4; pass += 1) {
      clock.advance(3_600_000);
      await us.retry([...names], request, quiet);
      for (const app of names) await attempt(() => does({ kind: 'approve', app }));
    }
    await harbor.pass();
  };
  return { ...harbor, state, broken, turn, calmDown };
}

test('whatever people, Git and the engine do while Harbormaster is at work, nothing begins that it was told not to, and it ends well', async () => {
  const policies = fc.record({
    deploy: fc.constantFrom<App['deploy'][]>('auto', 'auto', 'approve'),
    drift: fc.constantFrom<App['drift'][]>('correct', 'correct', 'report'),
    onFailure: fc.constantFrom<App['onFailure'][]>('rollback', 'rollback', 'leave', 'hold'),
  });
  await fc.assert(
    fc.asyncProperty(policies, turns, async (declared, story) => {
      const world = await worldOf(declared);
      for (const one of story) await world.turn(one);
      expect(world.broken).toEqual([]);
      await world.calmDown();
      expect(world.broken).toEqual([]);
      const intents = world.log.written.flatMap((entry) => (entry.kind === 'started' ? [entry.seq] : []));
      const outcomes = world.log.written.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : []));
      expect(outcomes.toSorted((left, right) => left - right)).toEqual(intents);
      if (!world.state.wanted.startsWith('good:')) return;
      for (const status of (await world.status()).apps)
        expect(status).toMatchObject({ sync: { state: 'in-sync' }, health: { state: 'healthy' }, blockedBy: [] });
    }),
    { numRuns: tries(150) },
  );
});

describe('what is said when all is decided, just before a deployment begins,', () => {
  const another = { name: 'store', project: 'shop', formerly: ['shop'] };
  test.each<[string, readonly App[]]>([
    ['that the app is gone, keeps it from beginning', []],
    ['that it is called otherwise, lets it begin under the new name alone', [testApp(another)]],
  ])('%s', async (_, next) => {
    const harbor = await testHarbor({ model: modelOf('good:0') });
    await harbor.pass();
    harbor.push(modelOf('good:1'));
    harbor.engine.performed.length = 0;
    const { releases, log } = harbor;
    const before = log.written.length;
    const save = releases.save.bind(releases);
    let meanwhile: Promise<unknown> | undefined;
    releases.save = async (release) => {
      if (meanwhile === undefined) {
        harbor.declare(next);
        meanwhile = harbor.pass();
        await expect.poll(() => next.length === 0 || log.written.some(({ kind }) => kind === 'renamed')).toBe(true);
      }
      return save(release);
    };
    const [report] = await harbor.harbor().pass(['shop'], { kind: 'interval' }, () => undefined);
    expect(report?.outcome).toEqual({ kind: 'unchanged' });
    await meanwhile;
    const begun = log.written.slice(before).flatMap((entry) => (entry.kind === 'started' ? [entry] : []));
    expect(begun.map(({ app, purpose }) => [app, purpose])).toEqual(
      next.length === 0 ? [['shop', 'remove']] : [['store', 'deploy']],
    );
  });
});

test.each<[string, readonly App[]]>([
  ['is declared again', [testApp()]],
  ['has another name', [testApp({ name: 'store', project: 'shop', formerly: ['shop'] })]],
])('an app that %s just before its removal begins is not removed', async (_, next) => {
  const harbor = await testHarbor({ model: modelOf('good:0') });
  await harbor.pass();
  const runs = harbor.engine.containers;
  harbor.declare([]);
  const { engine, log } = harbor;
  const networks = engine.networks.bind(engine);
  engine.networks = async () => {
    harbor.declare(next);
    return networks();
  };
  await harbor.pass();
  expect(harbor.declared()).toEqual(next);
  expect(log.written.filter((entry) => entry.kind === 'started' && entry.purpose === 'remove')).toEqual([]);
  await harbor.pass();
  expect(engine.containers).toEqual(runs);
});
