import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry, EntryOf } from '../../src/model/entry.ts';
import type { PlanReport } from '../../src/model/report.ts';
import { eventually, light, type Ran, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (version: string) =>
  stringify({
    services: {
      web: { image, ...light, environment: { VERSION: version } },
      side: { image, ...light },
    },
  });

/** An app that was deployed once, and asks for approval from then on; a second version waits. */
async function waiting(name: string, approval: object = {}, more: object = {}) {
  const repository = await host.repository(name);
  await repository.commit({ 'compose.yaml': compose('one') });
  const declare = (approve: object) => host.configure({ [name]: { url: repository.url, ...more, ...approve } });
  await declare({});
  expect(await host.apply(name)).toMatchObject({ [name]: { kind: 'applied' } });
  await declare({ deploy: 'approve', approval });
  await repository.commit({ 'compose.yaml': compose('two') });
  return { repository, declare };
}

async function planOf(name: string): Promise<string> {
  const { stdout } = await host.run('plan', host.named(name), '--json');
  const [plan] = (JSON.parse(stdout) as { plans: PlanReport[] }).plans;
  if (plan?.kind !== 'planned' || plan.approval === undefined) throw new Error(`nothing to approve: ${stdout}`);
  return plan.approval.plan.slice(0, 12);
}

const say = (verb: 'approve' | 'reject', name: string, plan: string): Promise<Ran> =>
  host.run(verb, host.named(name), '--plan', plan, '--reason', 'in a test');

/** A request of the daemon in somebody else's name; the last line of the answer. */
function ask(verb: 'approve' | 'reject', name: string, user: string, body: object): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        socketPath: join(host.state, 'run', 'socket'),
        method: 'POST',
        path: `/v1/apps/${host.named(name)}/${verb}`,
        agent: false,
        headers: { 'harbormaster-user': user },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(JSON.parse(text.trim().split('\n').at(-1) ?? '') as Record<string, unknown>));
      },
    );
    asking.on('error', reject);
    asking.end(JSON.stringify(body));
  });
}

const of = async (name: string): Promise<readonly Entry[]> =>
  (await host.log()).filter((entry) => 'app' in entry && entry.app === host.named(name));

const lastStart = async (name: string): Promise<EntryOf<'started'> | undefined> =>
  (await of(name)).findLast((entry): entry is EntryOf<'started'> => entry.kind === 'started');

test('a new release waits until its plan is approved, and the approval deploys it at once', async () => {
  const { repository } = await waiting('one');
  const before = await host.lives('one');
  expect(await host.apply('one')).toMatchObject({ one: { kind: 'blocked', reasons: [{ code: 'approval' }] } });
  expect(await host.lives('one')).toEqual(before);
  const plan = await planOf('one');
  const shown = await host.run('approve', host.named('one'));
  expect(shown.stdout).toContain(`harbormaster approve ${host.named('one')} --plan ${plan}`);
  expect(shown.code).toBe(2);
  expect((await host.run('status', host.named('one'))).stdout).toContain(`of plan ${plan}`);
  expect(await host.lives('one')).toEqual(before);

  expect(await say('approve', 'one', plan)).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
  expect(await host.version('one')).toBe('two');
  expect((await host.ids('one'))['side']).toBe(before['side']?.split(' ')[0]);
  const start = await lastStart('one');
  expect(start?.consent?.plan.startsWith(plan)).toBe(true);
  expect(start?.consent?.approvals).toHaveLength(1);
  expect(await of('one')).toContainEqual(
    expect.objectContaining({ kind: 'approved', seq: start?.consent?.approvals[0]?.seq, reason: 'in a test' }),
  );
  expect((await host.run('log', 'show', String(start?.seq))).stdout).toContain('approved by');

  // The same plan is no plan any more, and the next one needs a word of its own.
  expect((await say('approve', 'one', plan)).code).toBe(4);
  await repository.commit({ 'compose.yaml': compose('three') });
  expect(await host.apply('one')).toMatchObject({ one: { kind: 'blocked' } });
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('the author is refused, two people are needed, and one of them twice is one; meanwhile what runs is healed', async () => {
  await waiting('two', { approvals: 2 });
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  await eventually(async () => expect((await of('two')).at(-1)).toMatchObject({ kind: 'refused' }));
  const plan = await planOf('two');

  for (const author of ['ada', 'Ada Author', 'carl@example.org']) {
    expect(await ask('approve', 'two', author, { plan })).toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('may not approve its plan') as string,
    });
  }
  const blocked = { reports: [{ outcome: { kind: 'blocked', reasons: [{ code: 'approval' }] } }] };
  expect(await ask('approve', 'two', 'bob', { plan })).toMatchObject(blocked);
  expect(await ask('approve', 'two', 'BOB', { plan })).toMatchObject(blocked);
  expect((await host.run('why', host.named('two'))).stdout).toContain('1 of 2 approvals');

  const { web = '' } = await host.ids('two');
  await host.engine.kill(web);
  await eventually(async () =>
    expect((await of('two')).at(-1)).toMatchObject({ kind: 'finished', purpose: 'heal', outcome: { kind: 'applied' } }),
  );
  expect(await host.version('two')).toBe('one');

  expect(await planOf('two')).toBe(plan);
  expect(await ask('approve', 'two', 'eve', { plan })).toHaveProperty('reports');
  await eventually(async () => expect(await host.version('two')).toBe('two'));
  expect((await lastStart('two'))?.consent?.approvals.map(({ by }) => by)).toEqual(['bob (as root)', 'eve (as root)']);
  expect((await of('two')).filter(({ kind }) => kind === 'approved')).toHaveLength(2);
});

test('a newer commit, a killed container and another policy make an approval stale', async () => {
  const { repository, declare } = await waiting('stale', {}, { drift: 'report' });
  const before = await host.ids('stale');
  const read = [await planOf('stale')];
  const expectStale = async () => {
    const ran = await say('approve', 'stale', read.at(-1) ?? '');
    const now = await planOf('stale');
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining(`which is ${now}`) as string });
    expect(ran.stdout).toContain(`--plan ${now}`);
    expect(read).not.toContain(now);
    read.push(now);
  };
  await repository.commit({ 'compose.yaml': compose('three') });
  await expectStale();
  await host.engine.kill(before['side'] ?? '');
  await expectStale();
  await declare({ deploy: 'approve', approval: { expires_after: '2h' } });
  await expectStale();
  expect(await host.ids('stale')).toEqual(before);
  expect((await of('stale')).map(({ kind }) => kind)).not.toContain('approved');
  expect((await say('approve', 'stale', read.at(-1) ?? '')).code).toBe(0);
  expect(await host.version('stale')).toBe('three');
});

test('a rejected plan is left until somebody else approves it or a new commit comes', async () => {
  const { repository } = await waiting('no');
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await of('no')).at(-1)).toMatchObject({ kind: 'refused' }));
  const plan = await planOf('no');
  expect(await ask('reject', 'no', 'bob', { plan, reason: 'not on a Friday' })).toMatchObject({
    summary: expect.stringContaining('is rejected') as string,
  });
  await eventually(async () =>
    expect((await host.run('why', host.named('no'))).stdout).toContain(
      'was rejected by bob (as root): not on a Friday',
    ),
  );
  expect(await ask('approve', 'no', 'bob', { plan })).toMatchObject({ code: 'usage' });
  expect(await host.version('no')).toBe('one');
  expect(await ask('approve', 'no', 'eve', { plan })).toHaveProperty('reports');
  await eventually(async () => expect(await host.version('no')).toBe('two'));
  await repository.commit({ 'compose.yaml': compose('three') });
  const next = await eventually(() => planOf('no'));
  await ask('reject', 'no', 'bob', { plan: next, reason: 'nor this one' });
  await repository.commit({ 'compose.yaml': compose('four') });
  await eventually(async () => expect(await planOf('no')).not.toBe(next));
  // The daemon's own pass may be first to find the approval.
  expect(await ask('approve', 'no', 'bob', { plan: await planOf('no') })).toHaveProperty('reports');
  await eventually(async () => expect(await host.version('no')).toBe('four'));
});

test('an approval that nothing came of expires, and can be given again', async () => {
  await waiting('old', { expires_after: '3s' });
  expect(await host.run('hold', host.named('old'), '--reason', 'so that it waits')).toMatchObject({ code: 0 });
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  const plan = await planOf('old');
  expect(await ask('approve', 'old', 'bob', { plan })).toMatchObject({ reports: [{ outcome: { kind: 'blocked' } }] });
  await eventually(async () =>
    expect((await host.run('plan', host.named('old'))).stdout).toContain('it was approved, but that has expired'),
  );
  expect(await host.run('release', host.named('old'))).toMatchObject({ code: 0 });
  expect(await host.apply('old')).toMatchObject({ old: { kind: 'blocked', reasons: [{ code: 'approval' }] } });
  expect(await host.version('old')).toBe('one');
  expect(await ask('approve', 'old', 'bob', { plan })).toHaveProperty('reports');
  await eventually(async () => expect(await host.version('old')).toBe('two'));
});

test('an approval outlives a kill -9 between it and the deployment', async () => {
  await waiting('kill', { approvals: 2 });
  const first = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  const plan = await planOf('kill');
  await ask('approve', 'kill', 'bob', { plan });
  // Nothing is deployed while it is held: the last word is said, and the daemon dies before it could act on it.
  expect(await host.run('hold', host.named('kill'), '--reason', 'so that it waits')).toMatchObject({ code: 0 });
  expect(await ask('approve', 'kill', 'eve', { plan })).toMatchObject({
    reports: [{ outcome: { kind: 'blocked', reasons: [{ code: 'held' }] } }],
  });
  first.signal('SIGKILL');
  await first.ended;
  expect(await host.run('release', host.named('kill'))).toMatchObject({ code: 0 });
  expect(await host.version('kill')).toBe('one');
  await using _second = await host.daemon();
  await eventually(async () =>
    expect((await of('kill')).at(-1)).toMatchObject({
      kind: 'finished',
      purpose: 'deploy',
      outcome: { kind: 'applied' },
    }),
  );
  expect(await host.version('kill')).toBe('two');
  expect((await lastStart('kill'))?.consent?.approvals.map(({ by }) => by)).toEqual(['bob (as root)', 'eve (as root)']);
});
