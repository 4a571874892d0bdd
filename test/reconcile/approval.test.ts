import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planDigest } from '../../src/core/approval.ts';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { HarborError } from '../../src/errors.ts';
import type { App, ApprovalPolicy } from '../../src/model/app.ts';
import type { EntryBody, EntryOf } from '../../src/model/entry.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number) => ({ services: { web: { image: `web:${version}` }, db: { image: 'db:1' } } });
const quiet = () => undefined;

/** An app that was deployed once, and asks for approval from then on. The commits are Ada's. */
async function asking(policy: Partial<ApprovalPolicy> = {}, more: Partial<App> = {}) {
  const auto = testApp(more);
  const app = testApp({ ...more, deploy: 'approve', approval: { ...auto.approval, ...policy } });
  const harbor = await testHarbor({ apps: [auto], model: web(1) });
  await harbor.pass();
  harbor.declare([app]);
  const history = () => historyOf(foldHistory(harbor.log.written), 'shop');
  const plan = async () => {
    const [report] = await harbor.plan();
    if (report?.kind !== 'planned' || report.approval === undefined) throw new Error('nothing to approve');
    return report.approval.plan.slice(0, 12);
  };
  return {
    ...harbor,
    app,
    history,
    plan,
    running: () => harbor.engine.containers.map(({ imageId }) => imageId).filter((id) => id.includes('web')),
    approve: async (by: string | undefined, digest?: string) =>
      harbor
        .harbor()
        .approve({ app: 'shop', plan: digest ?? (await plan()), reason: undefined }, { kind: 'request', by }, quiet),
    reject: async (by: string, digest?: string) =>
      harbor
        .harbor()
        .reject({ app: 'shop', plan: digest ?? (await plan()), reason: 'not now' }, { kind: 'request', by }),
    deployments: () =>
      harbor.log.written.filter(
        (entry): entry is EntryOf<'started'> => entry.kind === 'started' && entry.purpose === 'deploy',
      ),
  };
}

const waits = [{ kind: 'blocked', reasons: [{ code: 'approval' }] }];

describe('under `deploy: approve`', () => {
  test('a new release waits, also when a person applies it, and the approval deploys it', async () => {
    const shop = await asking();
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject(waits);
    expect(await shop.apply(['shop'])).toMatchObject([{ outcome: waits[0] }]);
    const plan = await shop.plan();
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'applied' } });
    expect(shop.deployments().at(-1)).toMatchObject({
      trigger: { kind: 'request', by: 'bob' },
      consent: { plan: expect.stringMatching(`^${plan}`) as string, approvals: [{ by: 'bob' }] },
    });
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect((await shop.status()).apps[0]).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
  });

  test('the first deployment waits, too', async () => {
    const harbor = await testHarbor({ apps: [testApp({ deploy: 'approve' })] });
    expect(await harbor.pass()).toMatchObject(waits);
    expect(harbor.engine.performed).toEqual([]);
  });

  test('people are told once for each plan', async () => {
    const shop = await asking({ approvals: 2 });
    shop.push(web(2));
    for (let pass = 0; pass < 3; pass += 1) await shop.pass();
    await shop.approve('bob');
    await shop.pass();
    expect(shop.notifier.sent.map(({ event }) => event)).toEqual(['blocked']);
    shop.push(web(3));
    for (let pass = 0; pass < 3; pass += 1) await shop.pass();
    expect(shop.notifier.sent.map(({ event }) => event)).toEqual(['blocked', 'blocked']);
  });

  test('so many different people must approve, and the status counts along', async () => {
    const shop = await asking({ approvals: 2 });
    shop.push(web(2));
    await shop.pass();
    const [block] = (await shop.status()).apps[0]?.blockedBy ?? [];
    expect(block).toMatchObject({
      code: 'approval',
      detail: expect.stringContaining('waits for 2 of 2 approvals') as string,
      lift: `harbormaster approve shop --plan ${await shop.plan()}`,
    });
    expect(await shop.approve('bob')).toMatchObject({ outcome: waits[0] });
    expect(await shop.approve('Bob')).toMatchObject({ outcome: waits[0] });
    expect(shop.kinds().filter((kind) => kind === 'approved')).toHaveLength(1);
    expect((await shop.status()).apps[0]?.blockedBy[0]?.detail).toContain('1 of 2 approvals');
    expect(await shop.approve('eve')).toMatchObject({ outcome: { kind: 'applied' } });
    expect(
      shop
        .deployments()
        .at(-1)
        ?.consent?.approvals.map(({ by }) => by),
    ).toEqual(['bob', 'eve']);
  });

  test('who made the commit may not approve, nor may nobody', async () => {
    const shop = await asking();
    shop.push(web(2));
    await expect(shop.approve('ada')).rejects.toThrow('ada made the commit');
    await expect(shop.approve(undefined)).rejects.toThrow('nobody says who approves');
    expect(shop.kinds()).not.toContain('approved');
  });

  test('an approval is for the plan that was read: a new commit, a dead container and another policy make another', async () => {
    const shop = await asking({}, { drift: 'report' });
    shop.push(web(2));
    const read = await shop.plan();
    shop.push(web(3));
    await expect(shop.approve('bob', read)).rejects.toThrow(`${read} is not the plan of shop as it is now`);
    const newer = await shop.plan();
    shop.engine.containers = shop.engine.containers.map((one) =>
      one.service === 'db' ? { ...one, state: 'exited', exitCode: 137 } : one,
    );
    await expect(shop.approve('bob', newer)).rejects.toThrow('is not the plan');
    const dead = await shop.plan();
    shop.declare([{ ...shop.app, approval: { ...shop.app.approval, expiresAfter: 1000 } }]);
    await expect(shop.approve('bob', dead)).rejects.toThrow('is not the plan');
    await expect(shop.approve('bob', dead.slice(0, 8))).rejects.toThrow('is not the plan');
    expect(shop.kinds()).not.toContain('approved');
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('an approval that is not complete lapses with the plan', async () => {
    const shop = await asking({ approvals: 2 });
    shop.push(web(2));
    await shop.approve('bob');
    shop.push(web(3));
    expect(await shop.approve('eve')).toMatchObject({ outcome: waits[0] });
  });

  test('an approval expires, and can be given again', async () => {
    const shop = await asking({ approvals: 2, expiresAfter: 60_000 });
    shop.push(web(2));
    await shop.approve('bob');
    shop.clock.advance(60_000);
    expect(await shop.approve('eve')).toMatchObject({
      outcome: { reasons: [{ code: 'approval', reason: expect.stringContaining('has expired') as string }] },
    });
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('a rejected plan is not performed unless somebody else approves it', async () => {
    const shop = await asking();
    shop.push(web(2));
    expect(await shop.reject('bob')).toMatchObject({ entry: expect.any(Number) as number });
    expect(await shop.reject('bob')).toMatchObject({ entry: undefined });
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'rejected' }] }]);
    await expect(shop.approve('bob')).rejects.toThrow('bob rejected this plan');
    expect(await shop.approve('eve')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('a new commit makes a new plan of what was rejected', async () => {
    const shop = await asking();
    shop.push(web(2));
    await shop.reject('bob');
    shop.push(web(3));
    expect(await shop.pass()).toMatchObject(waits);
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('what was deployed is healed meanwhile, restored after a failure, and gone back to by hand, without anybody’s approval', async () => {
    const shop = await asking();
    shop.push(web(2));
    const plan = await shop.plan();
    shop.engine.containers = shop.engine.containers.filter(({ service }) => service !== 'db');
    await shop.pass('engine-event');
    expect(shop.log.written.at(-1)).toMatchObject({ purpose: 'heal', outcome: { kind: 'applied' } });
    expect(await shop.plan()).toBe(plan);
    shop.engine.byImage = (image) => (image === 'web:2' ? { health: 'unhealthy' } : {});
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'failed' } });
    expect(shop.log.written.at(-1)).toMatchObject({ purpose: 'restore', outcome: { kind: 'applied' } });
  });

  test('a release that was found bad needs new approvals once somebody lets it be tried again', async () => {
    const shop = await asking();
    shop.push(web(2));
    shop.engine.byImage = (image) => (image === 'web:2' ? { health: 'unhealthy' } : {});
    await shop.approve('bob');
    shop.engine.byImage = () => ({});
    const ada = { kind: 'request', by: 'ada' } as const;
    expect(await shop.harbor().retry(['shop'], ada, quiet)).toMatchObject([{ outcome: waits[0] }]);
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('a fault of the world does not use an approval up', async () => {
    const shop = await asking();
    shop.push(web(2));
    shop.engine.failOn = 'pull web';
    await shop.approve('bob');
    shop.engine.failOn = undefined;
    shop.clock.advance(3_600_000);
    expect(await shop.pass()).toEqual([{ kind: 'applied' }]);
  });

  test('an approval outlives a restart, and so does one whose deployment was cut short', async () => {
    const shop = await asking({ approvals: 2 });
    shop.push(web(2));
    await shop.approve('bob');
    await shop.restart();
    const append = shop.log.append.bind(shop.log);
    shop.log.append = async (body) => {
      if (body.kind === 'step') throw new HarborError('killed', { code: 'log-unwritable' });
      if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
      return append(body);
    };
    await shop.approve('eve').catch(() => undefined);
    shop.log.append = append;
    await shop.restart();
    expect(await shop.pass('start')).toEqual([{ kind: 'applied' }]);
    const [first, second] = shop.deployments().slice(-2);
    expect(second?.consent).toEqual(first?.consent);
    expect(second?.consent?.approvals.map(({ by }) => by)).toEqual(['bob', 'eve']);
  });

  test('a newer release does not end the waiting of an approved one', async () => {
    const shop = await asking();
    shop.push(web(2));
    const pull = shop.engine.pull.bind(shop.engine);
    let glanced = 0;
    shop.engine.pull = async (...given) => {
      if (glanced++ === 0) {
        shop.push(web(3));
        await shop.harbor().glance(['shop']);
      }
      return pull(...given);
    };
    expect(await shop.approve('bob')).toMatchObject({ outcome: { kind: 'applied' } });
    expect(glanced).toBeGreaterThan(0);
    expect(shop.deployments().at(-1)?.consent).toBeDefined();
  });

  test('other apps have nothing to approve', async () => {
    const harbor = await testHarbor();
    const request = { app: 'shop', plan: 'a'.repeat(12), reason: undefined };
    await expect(harbor.harbor().approve(request, { kind: 'request', by: 'bob' }, quiet)).rejects.toThrow(
      'needs no approval: it is deployed by itself',
    );
  });
});

type Event =
  | { readonly kind: 'push'; readonly version: number }
  | { readonly kind: 'decide'; readonly what: 'approve' | 'reject'; readonly by: string; readonly old: boolean }
  | { readonly kind: 'pass' | 'apply' | 'retry' | 'restart' | 'break' | 'policy' }
  | { readonly kind: 'kill'; readonly service: string }
  | { readonly kind: 'wait'; readonly seconds: number };

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), version: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      what: fc.constantFrom('approve', 'approve', 'approve', 'reject'),
      by: fc.constantFrom('ada', 'bob', 'BOB', 'eve', 'tim'),
      old: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('pass', 'apply', 'retry', 'restart', 'break', 'policy') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), service: fc.constantFrom('web', 'db') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(40, 100) }) },
);

/** What was in force when a deployment began: of one that goes on with what was cut short, when that began. */
interface Begun {
  readonly plan: string;
  readonly policy: ApprovalPolicy;
  readonly at: number;
}

/** Told from the log alone, without the code that decides: who approved this plan, and when. */
function expectApproved(
  shop: Awaited<ReturnType<typeof asking>>,
  since: number,
  begun: ReadonlyMap<number, Begun>,
): void {
  for (const { seq, release, consent } of shop.deployments().filter((entry) => entry.seq > since)) {
    const { plan, policy, at } = begun.get(seq) ?? {};
    expect(consent).toMatchObject({ plan });
    const people = new Set<string>();
    for (const approval of consent?.approvals ?? []) {
      const said = shop.log.written[approval.seq - 1];
      expect(said).toMatchObject({ kind: 'approved', plan, release, at: approval.at, trigger: { by: approval.by } });
      expect(approval.by.toLowerCase()).not.toBe('ada');
      expect((at ?? Number.NaN) - Date.parse(approval.at)).toBeLessThan(policy?.expiresAfter ?? 0);
      people.add(approval.by.toLowerCase());
    }
    expect(people.size).toBeGreaterThanOrEqual(policy?.approvals ?? Number.NaN);
  }
}

test('no deployment begins without enough valid approvals of exactly its plan', { timeout: 240_000 }, async () => {
  const met = { deployments: 0, continued: 0 };
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(events, { minLength: 3, maxLength: 30 }), async (isStrict, story) => {
      const strict = { approvals: 2, notByAuthor: true, expiresAfter: 60_000 };
      const lax = { ...strict, approvals: 1 };
      const first = isStrict ? strict : lax;
      const shop = await asking(first);
      const since = shop.log.written.length;
      const append = shop.log.append.bind(shop.log);
      const state = { policy: first, breaks: false, isDead: false };
      let read: string | undefined;
      const begun = new Map<number, Begun>();
      const begin = ({ revision, steps, release, verdicts, consent }: Extract<EntryBody, { kind: 'started' }>) => {
        const history = shop.history();
        const last = [...begun.values()].findLast(({ plan }) => plan === consent?.plan);
        const seq = shop.log.written.length + 1;
        if (history?.unfinished?.release === release && last) {
          met.continued += 1;
          begun.set(seq, last);
        } else if (revision) {
          // Made anew from what the intent says.
          const agreement = {
            app: { ...shop.app, approval: state.policy },
            from: history?.deployed?.release,
            revision,
            plan: { app: 'shop', project: 'shop', release, steps },
            verdicts,
          };
          begun.set(seq, { plan: planDigest(agreement), policy: state.policy, at: shop.clock.now().getTime() });
        }
      };
      shop.log.append = async (body) => {
        if (state.breaks && body.kind === 'step') state.isDead = true;
        if (state.isDead) throw new HarborError('killed', { code: 'log-unwritable' });
        if (body.kind === 'started' && body.purpose === 'deploy') begin(body);
        return append(body);
      };
      const attempt = async (work: () => Promise<unknown>) => {
        try {
          await work();
        } catch (error) {
          if (!(error instanceof HarborError && ['usage', 'log-unwritable'].includes(error.code))) throw error;
        }
        if (!state.isDead) return;
        Object.assign(state, { breaks: false, isDead: false });
        await shop.restart();
      };
      const happen = async (event: Event): Promise<unknown> => {
        switch (event.kind) {
          case 'push':
            return shop.push(web(event.version));
          case 'decide': {
            const [report] = await shop.plan().then(
              (plan) => [plan],
              () => [],
            );
            const plan = event.old ? (read ?? report) : report;
            read = report;
            return plan === undefined ? undefined : attempt(() => shop[event.what](event.by, plan));
          }
          case 'pass':
            return attempt(() => shop.pass());
          case 'apply':
            return attempt(() => shop.apply(['shop']));
          case 'retry':
            return attempt(() => shop.harbor().retry(['shop'], { kind: 'request', by: 'ada' }, quiet));
          case 'restart':
            return shop.restart();
          case 'break':
            state.breaks = true;
            return;
          case 'policy':
            state.policy = state.policy === strict ? lax : strict;
            return shop.declare([{ ...shop.app, approval: state.policy }]);
          case 'kill':
            shop.engine.containers = shop.engine.containers.map((one) =>
              one.service === event.service ? { ...one, state: 'exited', exitCode: 137 } : one,
            );
            return;
          case 'wait':
            return shop.clock.advance(event.seconds * 1000);
        }
      };
      for (const event of story) await happen(event);
      expectApproved(shop, since, begun);
      met.deployments += shop.deployments().filter(({ seq }) => seq > since).length;
    }),
    { numRuns: 500 },
  );
  expect(met.deployments).toBeGreaterThan(40);
  expect(met.continued).toBeGreaterThan(0);
});
