import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import type { HostStatus } from '../../src/model/report.ts';
import type { GitRig } from '../support/git-rig.ts';
import { eventually, light, world } from '../support/world.ts';

const minute = 60_000;
/** What an operation of the app below needs: its deadline and half a minute. */
const needed = 32_000;

/** As the first process of its container it does not listen to the signal; Compose waits so long for it. */
const deaf = { command: ['sleep', '2147483'], stop_signal: 'SIGTERM', stop_grace_period: '65s' };

/** Cron expression of the minute that an instant lies in, every hour. */
const minuteOf = (instant: number): string => `${new Date(instant).getUTCMinutes()} * * * *`;

/** On from the minute before this one for so long from now on. */
const around = (left: number) => {
  const from = Math.floor(Date.now() / minute) * minute - minute;
  const seconds = Math.ceil((Date.now() - from + left) / 1000);
  return { cron: minuteOf(from), duration: `${seconds}s`, time_zone: 'UTC' };
};

/** A host of its own for each test: both wait for a minute to begin, side by side. */
async function hostWithWindows() {
  const host = await world();
  const image = await host.engine.image('web');

  const compose = (version: string, more: object = {}) =>
    stringify({
      services: { web: { image, ...light, environment: { VERSION: version }, ...more } },
    });

  /** An app of its own repository, looked at every second. */
  async function shop(name: string, more: object = {}): Promise<{ repository: GitRig; app: object }> {
    const repository = await host.repository(name);
    await repository.commit({ 'compose.yaml': compose('one', more) });
    return { repository, app: { url: repository.url, health: { deadline: '2s', min_ready: '0s' } } };
  }

  const entriesOf = async (app: string): Promise<readonly Entry[]> =>
    (await host.log()).filter((entry) => 'app' in entry && entry.app === host.named(app));

  const deployments = async (app: string) =>
    (await entriesOf(app)).flatMap((entry) =>
      entry.kind === 'finished' && entry.purpose === 'deploy' ? [entry.outcome.kind] : [],
    );

  const lastIntent = async (app: string) => (await entriesOf(app)).findLast((entry) => entry.kind === 'started');

  async function blocksOf(app: string) {
    const { stdout } = await host.run('status', '--json', host.named(app));
    return (JSON.parse(stdout) as HostStatus).apps[0]?.blockedBy ?? [];
  }

  return { host, compose, shop, entriesOf, deployments, lastIntent, blocksOf };
}

test.concurrent('windows keep back what they block and nothing else, let it through when they open, and freeze nothing that has begun', async () => {
  const { host, compose, shop, entriesOf, deployments, lastIntent, blocksOf } = await hostWithWindows();
  await using _ = host;
  const denied = await shop('denied');
  const later = await shop('later');
  const short = await shop('short');
  const slow = await shop('slow', deaf);
  // Looked at by itself only when its window opens.
  const apps = { denied: denied.app, later: { ...later.app, interval: '10m' }, short: short.app, slow: slow.app };
  await host.configure(apps);
  expect(Object.values(await host.apply()).map(({ kind }) => kind)).toEqual(Array(4).fill('applied'));

  // It opens with the next minute that is far enough away for what comes before to be seen.
  const opening = Math.ceil((Date.now() + 20_000) / minute) * minute;
  const window = (app: string, kind: string, when: object) => ({ name: app, kind, apps: [host.named(app)], ...when });
  const windows = [
    { ...window('denied', 'deny', around(10 * minute)), reason: 'the sale' },
    window('later', 'allow', { cron: minuteOf(opening), duration: '5m', time_zone: 'UTC' }),
    window('short', 'allow', around(needed - 5_000)),
    window('slow', 'allow', around(needed + 30_000)),
  ];
  const closing = Date.now() + needed + 30_000;
  await host.configure(apps, { windows });
  for (const [name, { repository }] of Object.entries({ denied, later, short }))
    await repository.commit({ 'compose.yaml': compose('two') }, `Change ${name}`);
  await slow.repository.commit({ 'compose.yaml': compose('two', deaf) });
  await using daemon = await host.daemon();

  // One entry, the reason, the time and the way out.
  await eventually(async () => {
    expect((await blocksOf('denied'))[0]).toMatchObject({
      code: 'window',
      detail: 'the window "denied" denies deploying now (the sale)',
      lift: `harbormaster apply ${host.named('denied')} --override-window --reason "…"`,
    });
    expect((await blocksOf('later'))[0]?.until).toBe(new Date(opening).toISOString());
    expect((await blocksOf('short'))[0]?.detail).toMatch(
      /^window too short: "short" ends, and it may take 32s|only allowed/,
    );
  });
  const refusals = (await entriesOf('short')).filter(({ kind }) => kind === 'refused');
  expect(refusals).toMatchObject([
    { outcome: { reasons: [{ code: 'window', reason: 'window too short: "short" ends, and it may take 32s' }] } },
  ]);

  // The plan says it, too.
  const plan = await host.run('plan', host.named('denied'));
  expect(plan).toMatchObject({ code: 3 });
  expect(plan.stdout).toContain('window: the window "denied" denies deploying now (the sale); it may begin at');

  // What crashed is healed: that changes nothing that was deployed.
  const [web] = await host.containers('denied');
  await host.engine.kill(web?.id ?? '');
  await eventually(async () => expect((await lastIntent('denied'))?.purpose).toBe('heal'));
  await eventually(async () => expect((await host.containers('denied'))[0]?.state).toBe('running'));

  // A person goes past it, and the log says who, why and past what.
  const without = await host.run('apply', host.named('denied'));
  expect(without.code).toBe(3);
  const past = await host.run('apply', host.named('denied'), '--override-window', '--reason', 'checkout is broken');
  expect(past.code).toBe(0);
  expect(await lastIntent('denied')).toMatchObject({
    overridden: ['denied'],
    reason: 'checkout is broken',
    trigger: { kind: 'request', by: expect.any(String), override: 'checkout is broken' },
  });
  expect((await host.run('log')).stdout).toContain('past the window "denied", which was overridden by');
  expect((await entriesOf('denied')).filter(({ kind }) => kind === 'refused')).toHaveLength(1);

  const shown = await host.run('windows', host.named('denied'));
  expect(shown.stdout).toMatch(/denied denies deploy, prune, image for .*: on now, until/);

  // By itself, when it opens.
  await eventually(async () => expect(await deployments('later')).toHaveLength(2), 90);
  const intent = await lastIntent('later');
  expect(Date.parse(intent?.at ?? '')).toBeGreaterThanOrEqual(opening);
  expect(Date.parse(intent?.at ?? '')).toBeLessThan(opening + 10_000);

  // What began in time goes on after the end, and the others still wait.
  await eventually(async () => expect(await deployments('slow')).toEqual(['applied', 'applied']), 90);
  const begun = await lastIntent('slow');
  const ended = (await entriesOf('slow')).findLast(({ kind }) => kind === 'finished');
  expect(Date.parse(begun?.at ?? '')).toBeLessThan(closing);
  expect(Date.parse(ended?.at ?? '')).toBeGreaterThan(closing);
  expect(await deployments('short')).toHaveLength(1);
  expect((await entriesOf('short')).filter(({ kind }) => kind === 'refused')).toHaveLength(1);
  daemon.signal('SIGTERM');
  expect(await daemon.ended).toBe(0);
}, 240_000);

test.concurrent('a removal waits for its window, goes on by itself when it opens, and a heal waits only for a window that blocks heals', async () => {
  const { host, shop, entriesOf, blocksOf } = await hostWithWindows();
  await using _ = host;
  const { app } = await shop('gone');
  const still = await shop('still');
  // Nothing but the opening of a window makes it be looked at again.
  const rare = { ...still.app, interval: '10m' };
  await host.configure({ gone: app, still: rare });
  await host.apply();
  const opening = Math.ceil((Date.now() + 15_000) / minute) * minute;
  const windows = [
    { name: 'cleaning', kind: 'allow', cron: minuteOf(opening), duration: '5m', time_zone: 'UTC', blocks: ['prune'] },
    { name: 'hands-off', kind: 'allow', cron: minuteOf(opening), duration: '5m', time_zone: 'UTC', blocks: ['heal'] },
  ];
  await host.configure({ still: rare }, { windows, config: { removal_guard: 9 } });
  await host.engine.kill((await host.containers('still'))[0]?.id ?? '');
  await using _daemon = await host.daemon();
  await eventually(async () => {
    expect((await entriesOf('gone')).at(-1)).toMatchObject({
      kind: 'refused',
      outcome: { reasons: [{ code: 'window' }] },
    });
    expect((await entriesOf('still')).at(-1)).toMatchObject({ kind: 'drifted', state: 'waiting' });
    expect((await blocksOf('still'))[0]).toMatchObject({ code: 'window', until: new Date(opening).toISOString() });
  });
  expect(await host.containers('gone')).toHaveLength(1);
  await eventually(async () => {
    expect(await host.containers('gone')).toEqual([]);
    expect((await host.containers('still'))[0]?.state).toBe('running');
  }, 90);
  expect(Date.now()).toBeGreaterThanOrEqual(opening);
}, 240_000);
