import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { registryRig } from '../support/registry-rig.ts';
import { type Story, storyOf, versionOf } from '../support/story.ts';
import { eventually, light, type World, world } from '../support/world.ts';

const web = (image: string, version: string, more: object = {}) => ({
  image,
  ...light,
  environment: { VERSION: version },
  ...more,
});
/** Exits at once, for ever. */
const crashing = { command: ['crash', '3'], restart: 'always' };
const short = (digest = '') => digest.slice(0, 12);

/** A host with one app whose first version is deployed. */
async function hostWith(app: string, settings: object = {}) {
  const host = await world();
  const image = await host.engine.image('web');
  const repository = await host.repository(app);
  /** `more`: of the service web; `services` and `rest`: beside it. */
  const push = (version: string, more: object = {}, services: object = {}, rest: object = {}) =>
    repository.commit(
      { 'compose.yaml': stringify({ services: { web: web(image, version, more), ...services }, ...rest }) },
      `Version ${version}`,
    );
  const first = await push('one');
  await host.configure({ [app]: { url: repository.url, ...settings } });
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  return { host, image, repository, push, first, story: storyOf(host, app) };
}

const told = (story: Story, lines: readonly string[], seconds?: number) =>
  eventually(async () => expect(await story.lines()).toEqual(lines), seconds);

/** A daemon knows it once it is flushed, which is after one can read it. */
const attemptIs = (story: Story, outcome: string) =>
  eventually(async () => expect((await story.status()).attempted?.outcome).toBe(outcome));

/** Nothing is tried, neither written down nor done, while the daemon comes by twice. */
async function nothingHappens(host: World, app: string): Promise<void> {
  const [before, ids] = [(await host.journal()).length, await host.ids(app)];
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect((await host.journal()).length).toBe(before);
  expect(await host.ids(app)).toEqual(ids);
}

test.concurrent('a crash loop is rolled back long before the limit, is never taken for deployed, and is still known after a restart; the next different release comes by itself', async () => {
  const { host, push, first, story, repository } = await hostWith('loop', {
    // Longer than the engine takes to tell that something ended, also on a crowded machine.
    health: { deadline: '90s', min_ready: '4s' },
  });
  await using _ = host;
  const good = (await story.status()).deployed?.release;
  const daemon = await host.daemon();
  const began = Date.now();
  const bad = await push('two', crashing);
  await told(story, ['deploy applied', 'deploy failed', 'restore applied'], 45);
  expect(Date.now() - began).toBeLessThan(45_000);
  expect(await versionOf(host, 'loop')).toBe('one');
  const expectKnown = async () => {
    const { deployed, applied, attempted, desired, blockedBy } = await story.status();
    expect({ deployed: deployed?.release, applied }).toEqual({ deployed: good, applied: good });
    expect(deployed?.commit).toBe(first);
    expect(attempted).toMatchObject({ outcome: 'failed', commit: bad });
    expect(desired).toEqual({ release: attempted?.release, commit: bad });
    expect(desired?.release).not.toBe(good);
    expect(blockedBy).toMatchObject([
      {
        code: expect.stringMatching('unhealthy|quarantined'),
        detail: expect.stringMatching(/web .*code 3/),
        lift: `harbormaster retry ${host.named('loop')}`,
      },
    ]);
    // Waiting does not help: nobody is to wait for a time.
    expect(blockedBy[0]).not.toHaveProperty('until');
    expect(await story.why()).toContain(`harbormaster retry ${host.named('loop')}`);
  };
  await eventually(expectKnown);

  daemon.signal('SIGTERM');
  expect(await daemon.ended).toBe(0);
  await using _second = await host.daemon();
  await nothingHappens(host, 'loop');
  await expectKnown();

  await repository.commit({ 'README.md': 'about something else' });
  await nothingHappens(host, 'loop');
  expect((await story.status()).deployed?.release).toBe(good);

  await push('three');
  await eventually(async () => expect(await versionOf(host, 'loop')).toBe('three'));
  await eventually(async () => expect((await story.status()).blockedBy).toEqual([]));
  expect((await story.attempts()).filter(({ what }) => what === 'deploy').map(({ outcome }) => outcome)).toEqual([
    'applied',
    'failed',
    'applied',
  ]);
});

test.concurrent('a release that never becomes healthy, and one whose job fails, are rolled back; what was not touched is not touched', async () => {
  const { host, image, push, story } = await hostWith('never', { health: { deadline: '4s', min_ready: '1s' } });
  await using _ = host;
  await push('two', { healthcheck: { test: ['CMD', 'true'], interval: '60s' } });
  expect(await host.apply('never')).toMatchObject({
    never: { kind: 'failed', code: 'unhealthy', message: expect.stringContaining('within 4 s') },
  });
  expect(await versionOf(host, 'never')).toBe('one');
  const before = await host.ids('never');
  const job = { image, command: ['sh', '-c', 'exit 5'] };
  await push('three', { depends_on: { job: { condition: 'service_completed_successfully' } } }, { job });
  expect(await host.apply('never')).toMatchObject({
    never: { kind: 'failed', code: 'unhealthy', message: expect.stringContaining('job exited with code 5') },
  });
  expect(await host.ids('never')).toEqual(before);
  expect(await versionOf(host, 'never')).toBe('one');
  expect(await story.lines()).toEqual([
    'deploy applied',
    'deploy failed',
    'restore applied',
    'deploy failed',
    'restore applied',
  ]);
  expect(await host.apply('never')).toMatchObject({ never: { kind: 'blocked' } });
  expect(await host.ids('never')).toEqual(before);
});

test.concurrent('a bad release is rolled back while Git and registry are gone, with the mounted file as it was, also without the mirror', async () => {
  await using host = await world();
  await using registry = await registryRig(host.engine.api);
  const app = 'dark';
  const repository = await host.repository(app);
  const publish = async (variant: string) =>
    (await registry.publish(`${host.engine.prefix}/web:${variant}`, { variant })).reference;
  const site = (image: string, page: string, more: object = {}) => ({
    'compose.yaml': stringify({ services: { web: web(image, page, { volumes: ['./site:/www:ro'], ...more }) } }),
    'site/index.html': `${page}\n`,
  });
  const page = async () => {
    const { web: id = '' } = await host.ids(app);
    return host.engine.exec(id, ['wget', '-q', '-O-', '127.0.0.1']);
  };
  await repository.commit(site(await publish('one'), 'old'));
  await host.configure({ [app]: { url: repository.url, health: { deadline: '15s', min_ready: '1s' } } });
  await using _daemon = await host.daemon();
  const story = storyOf(host, app);
  await told(story, ['deploy applied']);
  expect(await page()).toBe('old\n');

  await repository.commit(
    site(await publish('two'), 'new', { healthcheck: { test: ['CMD', 'true'], interval: '60s' } }),
  );
  await eventually(async () => expect((await host.journal()).at(-1)).toMatchObject({ kind: 'step', act: 'await' }));
  await registry.stop();
  await host.git[Symbol.asyncDispose]();
  for (const mirror of await readdir(join(host.state, 'repos')))
    await rm(join(host.state, 'repos', mirror), { recursive: true });
  expect(await page()).toBe('new\n');

  // That Git is gone is written down once, before or after.
  const deeds = async () => (await story.lines()).filter((line) => line !== 'refused failed');
  await eventually(
    async () => expect(await deeds()).toEqual(['deploy applied', 'deploy failed', 'restore applied']),
    60,
  );
  await eventually(async () => expect(await story.lines()).toContain('refused failed'));
  expect(await page()).toBe('old\n');
  const { deployed, applied, source } = await story.status();
  expect(applied).toBe(deployed?.release);
  expect(source.state).toBe('failed');
  await nothingHappens(host, app);
});

test.concurrent('what was healthy at first and dies later is healed, said to be fought after the fifth time, and lifted by retry', async () => {
  const { host, image, push, story } = await hostWith('later', { health: { deadline: '10s', min_ready: '500ms' } });
  await using _ = host;
  const dying = 'if test -e /data/die; then sleep 4; exit 7; fi; exec idle';
  await push('two', { command: ['sh', '-c', dying], volumes: ['data:/data'] }, {}, { volumes: { data: {} } });
  await using _daemon = await host.daemon();
  await told(story, ['deploy applied', 'deploy applied']);
  const inVolume = (act: string, ...command: string[]) =>
    host.engine.run(host.named(act), image, {
      Cmd: command,
      HostConfig: { Binds: [`${host.named('later')}_data:/data`], AutoRemove: true },
    });
  await inVolume('poison', 'touch', '/data/die');
  await host.engine.kill((await host.ids('later'))['web'] ?? '');
  const heals = async () => (await story.lines()).filter((line) => line === 'heal applied').length;
  for (let times = 1; times <= 5; times++) {
    await eventually(async () => expect(await heals()).toBeGreaterThanOrEqual(times));
    await eventually(async () => expect((await host.containers('later'))[0]?.state).toBe('exited'));
    // By hand there is no pause between two corrections.
    if (times < 5 && (await heals()) === times) await host.apply('later');
  }
  await eventually(async () => expect((await story.lines()).at(-1)).toBe('drift fought'), 60);
  const fought = await story.block('drift-fought');
  expect(fought).toMatchObject({
    detail: expect.stringContaining('web: found exited (7)'),
    until: expect.any(String),
    lift: `harbormaster retry ${host.named('later')}`,
  });
  expect(Date.parse(fought.until ?? '') - Date.now()).toBeGreaterThan(10 * 60_000);
  const why = await story.why();
  expect(why).toContain('undoes every correction');
  expect(why).toContain(`harbormaster retry ${host.named('later')}`);
  expect((await story.status()).health.state).toBe('degraded');
  await nothingHappens(host, 'later');

  await inVolume('cure', 'rm', '/data/die');
  expect((await host.run('retry', host.named('later'))).code).toBe(0);
  expect(await versionOf(host, 'later')).toBe('two');
  await eventually(async () => expect((await story.status()).blockedBy).toEqual([]));
});

test.concurrent('on_failure: leave keeps the bad release and corrects nothing; the next different one is tried by itself', async () => {
  const { host, push, first, story } = await hostWith('left', {
    on_failure: 'leave',
    health: { deadline: '4s', min_ready: '1s' },
  });
  await using _ = host;
  const good = (await story.status()).deployed?.release;
  await using _daemon = await host.daemon();
  const bad = await push('two', { healthcheck: { test: ['CMD', 'true'], interval: '60s' } });
  await told(story, ['deploy applied', 'deploy failed']);
  expect(await versionOf(host, 'left')).toBe('two');
  await attemptIs(story, 'failed');
  const { deployed, applied, attempted, desired } = await story.status();
  expect({ release: deployed?.release, commit: deployed?.commit }).toEqual({ release: good, commit: first });
  expect(attempted).toMatchObject({ release: applied, commit: bad, outcome: 'failed' });
  expect(desired).toEqual({ release: applied, commit: bad });
  expect(applied).not.toBe(good);
  expect(await story.block('left')).toMatchObject({
    detail: expect.stringContaining('on_failure: leave'),
    lift: expect.stringContaining(`harbormaster rollback ${host.named('left')} --reason`),
  });
  await host.engine.kill((await host.ids('left'))['web'] ?? '');
  await nothingHappens(host, 'left');
  expect((await host.containers('left')).map(({ state }) => state)).toEqual(['exited']);
  await push('three');
  await eventually(async () => expect(await versionOf(host, 'left')).toBe('three'));
  await eventually(async () => expect((await story.status()).blockedBy).toEqual([]));
});

test.concurrent('on_failure: hold keeps the bad release and lets nothing newer in until release; why says so', async () => {
  const { host, push, story } = await hostWith('held', {
    on_failure: 'hold',
    health: { deadline: '4s', min_ready: '1s' },
  });
  await using _ = host;
  const good = (await story.status()).deployed?.release;
  await using _daemon = await host.daemon();
  await push('two', { healthcheck: { test: ['CMD', 'true'], interval: '60s' } });
  await told(story, ['deploy applied', 'deploy failed', 'hold']);
  await attemptIs(story, 'failed');
  const { deployed, applied, attempted } = await story.status();
  expect(deployed?.release).toBe(good);
  expect(attempted).toMatchObject({ release: applied, outcome: 'failed' });
  expect(applied).not.toBe(good);
  await push('three');
  await told(story, ['deploy applied', 'deploy failed', 'hold', 'refused blocked']);
  await nothingHappens(host, 'held');
  expect(await versionOf(host, 'held')).toBe('two');
  expect(await story.block('held')).toMatchObject({
    detail: expect.stringContaining(`held by Harbormaster: release ${short(applied)} failed`),
    lift: `harbormaster release ${host.named('held')}`,
  });
  expect(await story.why()).toContain(`harbormaster release ${host.named('held')}`);
  expect((await host.run('release', host.named('held'))).code).toBe(0);
  await eventually(async () => expect(await versionOf(host, 'held')).toBe('three'));
  await eventually(async () => expect((await story.status()).blockedBy).toEqual([]));
});

test.concurrent('deploy: manual waits and says how to let it through: apply without a name does not, apply with the name does', async () => {
  const { host, push, story } = await hostWith('manual', { deploy: 'manual' });
  await using _ = host;
  const name = host.named('manual');
  const commit = await push('two');
  expect(await host.apply()).toMatchObject({ manual: { kind: 'blocked', reasons: [{ code: 'manual' }] } });
  await using daemon = await host.daemon();
  await eventually(() => expect(daemon.output()).toContain('waits for a person'));
  await nothingHappens(host, 'manual');
  expect(await versionOf(host, 'manual')).toBe('one');
  expect(await story.block('manual')).toMatchObject({ lift: `harbormaster apply ${name}` });
  expect(await story.why()).toContain(`harbormaster apply ${name}`);
  await host.engine.kill((await host.ids('manual'))['web'] ?? '');
  await eventually(async () => expect(await versionOf(host, 'manual')).toBe('one'));
  expect((await story.status()).desired?.commit).toBe(commit);
  expect(await host.apply('manual')).toEqual({ manual: { kind: 'applied' } });
  expect(await versionOf(host, 'manual')).toBe('two');
  await eventually(async () => expect((await story.status()).blockedBy).toEqual([]));
});
