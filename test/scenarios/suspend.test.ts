import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { GitRig } from '../support/git-rig.ts';
import { type Daemon, eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;
let daemon: Daemon;
let repository: GitRig & { readonly url: string };

const compose = (version: string) =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version } } } });

/** Apps that run version one, kept by a daemon. */
async function running(apps: readonly string[], more: object = {}): Promise<void> {
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure(Object.fromEntries(apps.map((app) => [app, { url: repository.url, ...more }])));
  daemon = await host.daemon();
  for (const app of apps)
    await eventually(async () => expect((await host.log()).filter(applied(app))).toHaveLength(1), 60);
}

const applied = (app: string) => (entry: Awaited<ReturnType<World['log']>>[number]) =>
  entry.kind === 'finished' && entry.app === host.named(app) && entry.outcome.kind === 'applied';

beforeEach(async () => {
  host = await world();
  image = await host.engine.image('web');
  repository = await host.repository('suspend');
});

afterEach(async () => {
  await host[Symbol.asyncDispose]();
});

const states = async (app: string) => (await host.containers(app)).map(({ state }) => state);
/** Whoever looks at it comes by every second: by then all would have been done twice. */
const severalPasses = () => new Promise((resolve) => setTimeout(resolve, 2500));
const kinds = async (kind: string) => (await host.log()).filter((entry) => entry.kind === kind);
const blockedByHost = {
  kind: 'blocked',
  reasons: [expect.objectContaining({ code: 'suspended', lift: 'harbormaster resume --all' })],
};
const refusals = () => kinds('refused');

test('a suspended app is neither deployed nor healed, says why, and catches up as soon as it is resumed', async () => {
  // So that nothing but the resuming can be what wakes it.
  await running(['shop'], { interval: '10m' });
  const shop = host.named('shop');
  const said = await host.run('suspend', shop, '--until', '2h', '--reason', 'the database moves');
  expect(said).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/is suspended until \d{4}-.* UTC: .*harbormaster resume/),
  });

  const before = await host.lives('shop');
  const { web = '' } = await host.ids('shop');
  await host.engine.kill(web);
  await severalPasses();
  expect(await states('shop')).toEqual(['exited']);
  await repository.commit({ 'compose.yaml': compose('two') });

  const blocked = await host.run('apply', shop);
  expect(blocked.code).toBe(3);
  expect(blocked.stdout).toContain('the database moves');
  expect(blocked.stdout).toContain(`harbormaster resume ${shop}`);
  for (const [verb, ...words] of [['retry'], ['rollback', '--reason', 'slow'], ['adopt']]) {
    const refused = await host.run(verb ?? '', shop, ...words);
    expect([verb, refused.code, refused.stdout]).toEqual([
      verb,
      3,
      expect.stringContaining(`harbormaster resume ${shop}`),
    ]);
  }
  expect(await states('shop')).toEqual(['exited']);
  expect(await host.ids('shop')).toEqual({ web });

  const status = (await host.run('status')).stdout;
  expect(status).toMatch(/: 0 of 1 apps? .*1 is suspended\./);
  expect(status).toContain(`harbormaster resume ${shop}`);
  const plan = await host.run('plan', shop);
  expect([plan.code, plan.stdout]).toEqual([3, expect.stringMatching(/VERSION[\s\S]*suspended/)]);
  const why = (await host.run('why', shop)).stdout;
  expect(why).toMatch(/suspended by .* until .*: the database moves/);
  expect(why).toContain('found exited');
  expect(await refusals()).toHaveLength(1);

  expect((await host.run('resume', shop, '--reason', 'moved')).code).toBe(0);
  await eventually(async () => {
    expect(await states('shop')).toEqual(['running']);
    expect((await host.ids('shop'))['web']).not.toBe(web);
  }, 20);
  expect(await host.lives('shop')).not.toEqual(before);
  await eventually(async () => expect((await host.run('status')).stdout).toContain('matches Git and is healthy'));
  const { web: newer = '' } = await host.ids('shop');
  await host.engine.kill(newer);
  await eventually(async () => expect(await states('shop')).toEqual(['running']), 20);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('a suspension ends by itself, is then written down once, and what waited is done at once', async () => {
  await running(['shop'], { interval: '10m' });
  const { web = '' } = await host.ids('shop');
  expect(await host.run('suspend', host.named('shop'), '--until', '6s', '--reason', 'a look')).toMatchObject({
    code: 0,
  });
  await host.engine.kill(web);
  await repository.commit({ 'compose.yaml': compose('two') });
  await severalPasses();
  expect(await host.ids('shop')).toEqual({ web });
  expect(await states('shop')).toEqual(['exited']);
  await eventually(async () => expect((await host.log()).filter(applied('shop'))).toHaveLength(2), 20);
  expect(await states('shop')).toEqual(['running']);
  const { stdout } = await host.run('log', '--json', '--kind', 'resumed');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([{ of: 'app', app: host.named('shop'), trigger: { kind: 'interval' }, reason: 'its time was over' }]);
  expect((await host.run('suspend', host.named('shop'), '--until', '2001-01-01', '--reason', 'x')).code).toBe(4);
});

test('a suspended host covers what comes later and removes nothing, also after kill -9, until it is resumed', async () => {
  await running(['shop', 'blog']);
  const ids = await host.ids('blog');
  expect((await host.run('suspend', '--all', '--forever', '--reason', 'the host moves')).code).toBe(0);

  await host.configure({ shop: { url: repository.url }, late: { url: repository.url } });
  await repository.commit({ 'compose.yaml': compose('two') });
  // Each is refused once: the new app, the new commit of the old one, and the removal.
  for (const app of ['late', 'shop', 'blog'])
    await eventually(
      async () =>
        expect(await refusals()).toContainEqual(
          expect.objectContaining({ app: host.named(app), outcome: blockedByHost }),
        ),
      20,
    );
  await severalPasses();
  const refused = await refusals();
  daemon.signal('SIGKILL');
  await daemon.ended;
  daemon = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  await severalPasses();
  expect(await states('late')).toEqual([]);
  expect(await host.ids('blog')).toEqual(ids);
  expect((await host.log()).filter(applied('shop'))).toHaveLength(1);
  expect(await refusals()).toEqual(refused);
  const [first, next] = (await host.run('status')).stdout.split('\n');
  expect(first).toMatch(/ is suspended by .* until somebody resumes it, since .*: the host moves$/);
  expect(next).toBe('→ harbormaster resume --all');
  expect((await host.run('status')).stdout).toMatch(/0 of 2 apps .*2 are suspended\./);
  const named = await host.run('apply', host.named('blog'));
  expect([named.code, named.stdout]).toEqual([3, expect.stringContaining('harbormaster resume --all')]);

  expect((await host.run('resume', '--all')).code).toBe(0);
  await eventually(async () => {
    expect(await states('late')).toEqual(['running']);
    expect(await states('blog')).toEqual([]);
    expect((await host.log()).filter(applied('shop'))).toHaveLength(2);
  }, 30);
});

test('what kill -9 cut short is written down at once, and goes on only when it is resumed', async () => {
  // Stopping the old container takes so long that the daemon dies meanwhile.
  const slow = (version: string) =>
    stringify({
      services: {
        web: {
          image,
          command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
          stop_grace_period: '5s',
          environment: { VERSION: version },
        },
      },
    });
  await repository.commit({ 'compose.yaml': slow('one') });
  await host.configure({ shop: { url: repository.url } });
  daemon = await host.daemon();
  await eventually(async () => expect((await host.log()).filter(applied('shop'))).toHaveLength(1), 60);
  await repository.commit({ 'compose.yaml': slow('two') });
  await eventually(async () =>
    expect((await host.journal()).filter((entry) => entry.kind === 'step' && entry.act === 'replace')).toHaveLength(1),
  );
  expect(await host.run('suspend', host.named('shop'), '--reason', 'wait')).toMatchObject({ code: 0 });
  daemon.signal('SIGKILL');
  await daemon.ended;
  daemon = await host.daemon();
  await eventually(
    async () =>
      expect((await host.log()).findLast(({ kind }) => kind === 'finished')).toMatchObject({
        outcome: { kind: 'interrupted' },
      }),
    30,
  );
  await severalPasses();
  expect(await kinds('started')).toHaveLength(2);
  expect(await host.run('resume', host.named('shop'))).toMatchObject({ code: 0 });
  await eventually(async () => expect((await host.log()).filter(applied('shop'))).toHaveLength(2), 60);
  expect(await states('shop')).toEqual(['running']);
});
