import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { PlanReport } from '../../src/model/report.ts';
import { entriesOnDisk, kill, stepBegins } from '../support/crashes.ts';
import type { GitRig } from '../support/git-rig.ts';
import { storyOf } from '../support/story.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let reader: string;
/** Its service in an app. */
let calm: object;

/** Reads what it mounts when it starts and at each SIGHUP, and keeps it; ends with 3 once somebody wants it to. */
const program = `#!/bin/sh
read_all() { cat /etc/app.conf /etc/conf/* >/read.new 2>/dev/null; mv /read.new /read; }
trap read_all HUP
trap "exit 0" TERM
read_all
while [ ! -e /die ]; do sleep 0.5 & wait $!; done
rm /die
exit 3
`;

beforeAll(async () => {
  host = await world();
  reader = await host.engine.image('reader', {
    files: { 'bin/reader': program },
    command: ['reader'],
  });
  calm = { image: reader, ...light };
});

// They would go on looking whether they shall end, and take time from the next test.
afterEach(async () => {
  await host.engine.clear();
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const file = ['./app.conf:/etc/app.conf:ro'];
const folder = ['./conf:/etc/conf:ro'];

const compose = () =>
  stringify({
    services: {
      anew: { ...calm, volumes: file },
      restarted: { ...calm, volumes: file },
      file: { ...calm, volumes: file, restart: 'unless-stopped' },
      folder: { ...calm, volumes: folder },
      granted: { ...calm, configs: [{ source: 'app', target: '/etc/app.conf' }] },
      quiet: { ...calm, volumes: file },
      side: calm,
    },
    configs: { app: { file: './app.conf' } },
  });

const rules = {
  restarted: 'restart',
  file: { './app.conf': 'signal HUP' },
  folder: { './conf': 'signal HUP', '*': 'recreate' },
  granted: { 'config app': 'signal SIGHUP' },
  quiet: 'ignore',
};

const contents = (version: string) => ({ 'app.conf': `app ${version}\n`, 'conf/app.conf': `folder ${version}\n` });

async function deployed(name: string, services: string = compose(), onChange: object = rules) {
  const repository = await host.repository(name);
  await repository.commit({ 'compose.yaml': services, ...contents('one') });
  await host.configure({ [name]: { url: repository.url, on_change: onChange } });
  expect(await host.apply(name)).toEqual({ [name]: { kind: 'applied' } });
  return repository;
}

const change = (repository: GitRig, version: string) => repository.commit(contents(version), `Version ${version}`);

/** What each service has read, or for one that is told nothing, what it would read. */
async function haveRead(name: string): Promise<Record<string, string>> {
  const ids = Object.entries(await host.ids(name)).filter(([service]) => service !== 'side');
  const texts = ids.map(async ([service, id]) => {
    const command = service === 'quiet' ? 'cat /etc/app.conf' : 'cat /read';
    return [service, (await host.engine.exec(id, ['sh', '-c', command])).trim()] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const all = (version: string) => ({
  ...Object.fromEntries(
    ['anew', 'restarted', 'file', 'granted', 'quiet'].map((service) => [service, `app ${version}`]),
  ),
  folder: `folder ${version}`,
});

const expectRead = (name: string, expected: Record<string, string>) =>
  eventually(async () => expect(await haveRead(name)).toEqual(expected));

const planOf = async (name: string) => {
  const { stdout } = await host.run('plan', host.named(name), '--json');
  return (JSON.parse(stdout) as { plans: readonly PlanReport[] }).plans[0];
};

/** Which services got another container, and which are the same one, but started anew. */
async function difference(name: string, before: Readonly<Record<string, string>>) {
  const after = await host.lives(name);
  const idOf = (life = '') => life.split(' ')[0];
  const changed = Object.keys(after).filter((service) => after[service] !== before[service]);
  return {
    anew: changed.filter((service) => idOf(after[service]) !== idOf(before[service])),
    restarted: changed.filter((service) => idOf(after[service]) === idOf(before[service])),
  };
}

test('each service whose file changed gets what was asked for, sees the new content, and counts as what Git declares from then on', async () => {
  const repository = await deployed('each');
  await expectRead('each', all('one'));
  const before = await host.lives('each');
  await change(repository, 'two');

  const { stdout } = await host.run('plan', host.named('each'));
  expect(stdout).toMatch(/ {2}replace +anew +content changed: app.conf/);
  expect(stdout).toMatch(/ {2}restart +restarted +content changed: app.conf/);
  expect(stdout).toMatch(/ {2}signal +file +SIGHUP, content changed: app.conf/);
  expect(stdout).toMatch(/ {2}signal +folder +SIGHUP, content changed: conf/);
  expect(stdout).toMatch(/ {2}signal +granted +SIGHUP, content changed: config app/);
  expect(stdout).toMatch(/ {2}keep +quiet +content changed: app.conf/);

  expect(await host.apply('each')).toEqual({ each: { kind: 'applied' } });
  await expectRead('each', all('two'));
  expect(await difference('each', before)).toEqual({ anew: ['anew'], restarted: ['restarted'] });
  expect((await host.log()).at(-1)).toMatchObject({
    services: expect.arrayContaining([expect.objectContaining({ service: 'file', change: 'refresh' })]) as unknown,
  });

  // Each of these is another process: what it knows, the log told it.
  const settled = await host.lives('each');
  expect(await host.apply('each')).toEqual({ each: { kind: 'unchanged' } });
  expect(await planOf('each')).toMatchObject({ changes: [], plan: { steps: [] } });
  expect(await storyOf(host, 'each').status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
  expect(await host.lives('each')).toEqual(settled);

  // The signal has not cost the container its restart policy, as the engine's own `kill` would have.
  const { file: id = '' } = await host.ids('each');
  await host.engine.exec(id, ['touch', '/die']);
  // While it waits to be started again the engine calls it running, too.
  const again = { RestartCount: 1, State: { Running: true, Restarting: false } };
  await eventually(async () => expect(await host.engine.inspect(id)).toMatchObject(again));
  expect(await host.apply('each')).toEqual({ each: { kind: 'unchanged' } });

  const first = await host.lives('each');
  const back = await host.run('rollback', host.named('each'), '--reason', 'in a test');
  expect(back.code).toBe(0);
  await expectRead('each', all('one'));
  expect(await difference('each', first)).toEqual({ anew: ['anew'], restarted: ['restarted'] });
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('a content that makes a service unhealthy is taken back by files and signal, and its container stays', async () => {
  const healthcheck = { test: ['CMD-SHELL', 'if grep -q bad /read; then exit 1; fi'], interval: '1s', retries: 1 };
  const services = stringify({ services: { web: { ...calm, volumes: file, healthcheck }, side: calm } });
  const repository = await deployed('bad', services, { web: 'signal HUP' });
  const before = await host.lives('bad');
  await change(repository, 'bad');
  expect(await host.apply('bad')).toMatchObject({ bad: { kind: 'failed', code: 'unhealthy' } });
  await expectRead('bad', { web: 'app one' });
  expect(await host.lives('bad')).toEqual(before);
  expect(await storyOf(host, 'bad').lines()).toEqual(['deploy applied', 'deploy failed', 'restore applied']);
  expect(await host.apply('bad')).toMatchObject({ bad: { kind: 'blocked' } });
  await change(repository, 'good');
  expect(await host.apply('bad')).toMatchObject({ bad: { kind: 'applied' } });
  await expectRead('bad', { web: 'app good' });
  expect(await host.lives('bad')).toEqual(before);
});

test('killed while the files change, and while the signal is sent, the next start sends it; what was made anew by hand is made anew once more', async () => {
  const services = stringify({ services: { web: { ...calm, volumes: file }, side: calm } });
  const repository = await deployed('killed', services, { web: 'signal HUP' });
  const before = await host.lives('killed');
  for (const act of ['files', 'refresh'] as const) {
    const daemon = await host.daemon();
    const after = (await entriesOnDisk(host.state)).length;
    await change(repository, `after ${act}`);
    await stepBegins(host.state, { act, after });
    await kill(daemon);
    expect((await entriesOnDisk(host.state)).at(-1)?.kind).toBe('step');
    await using _ = await host.daemon();
    await expectRead('killed', { web: `app after ${act}` });
    await eventually(async () => expect((await storyOf(host, 'killed').lines()).at(-1)).toBe('deploy applied'));
    expect(await host.lives('killed')).toEqual(before);
  }

  const { web = '' } = await host.ids('killed');
  const made = (await host.engine.inspect(web)) as { Name: string; Config: object; HostConfig: object };
  await host.engine.rm(web);
  const byHand = await host.engine.run(made.Name.slice(1), reader, { ...made.Config, HostConfig: made.HostConfig });
  expect(await host.apply('killed')).toEqual({ killed: { kind: 'applied' } });
  expect((await host.ids('killed'))['web']).not.toBe(byHand);
  await expectRead('killed', { web: 'app after refresh' });
  expect(await host.apply('killed')).toEqual({ killed: { kind: 'unchanged' } });
});

test('a container that holds on to a file which another one took the place of is made anew, and the plan says why', async () => {
  const services = stringify({ services: { web: { ...calm, volumes: file }, side: calm } });
  const repository = await deployed('chain', services, { web: 'signal HUP' });
  const live = join(host.state, 'apps', host.named('chain'), 'live');
  const before = await host.ids('chain');
  await writeFile(join(live, 'edited'), await readFile(join(live, 'app.conf')));
  await rename(join(live, 'edited'), join(live, 'app.conf'));
  await change(repository, 'two');
  expect((await host.run('plan', host.named('chain'))).stdout).toMatch(
    / {2}replace +web +content changed: app.conf \(its container was started with an earlier file at this place\)/,
  );
  expect(await host.apply('chain')).toEqual({ chain: { kind: 'applied' } });
  await expectRead('chain', { web: 'app two' });
  const after = await host.ids('chain');
  expect(after['web']).not.toBe(before['web']);
  await change(repository, 'three');
  expect(await host.apply('chain')).toEqual({ chain: { kind: 'applied' } });
  await expectRead('chain', { web: 'app three' });
  expect(await host.ids('chain')).toEqual(after);
});

test('a container that was started over the files of a release that never came is made anew, although it is of the right one', async () => {
  const web = { ...calm, volumes: file };
  const services = stringify({ services: { web, still: web } });
  const repository = await deployed('never', services, {});
  const before = await host.ids('never');
  const healthcheck = { test: ['CMD', 'false'], interval: '1s', start_period: '90s' };
  const waits = { ...web, environment: { VERSION: 'two' }, depends_on: { slow: { condition: 'service_healthy' } } };
  const daemon = await host.daemon();
  const after = (await entriesOnDisk(host.state)).length;
  const next = stringify({ services: { web: waits, still: waits, slow: { ...calm, healthcheck } } });
  await repository.commit({ 'compose.yaml': next, ...contents('two') });
  await stepBegins(host.state, { act: 'await', after });
  await kill(daemon);
  await host.engine.act(before['web'] ?? '', 'restart?t=2');
  await repository.commit({ 'compose.yaml': services, ...contents('one') });
  expect(await host.apply('never')).toEqual({ never: { kind: 'applied' } });
  await expectRead('never', { web: 'app one', still: 'app one' });
  const intent = (await host.log()).findLast(({ kind }) => kind === 'started');
  expect(intent).toMatchObject({
    steps: expect.arrayContaining([
      expect.objectContaining({
        kind: 'replace',
        services: [
          { service: 'web', cause: expect.objectContaining({ whyNew: expect.stringContaining('another release') }) },
        ],
      }),
    ]) as unknown,
  });
  expect((await host.ids('never'))['still']).toBe(before['still']);
  expect(await host.apply('never')).toEqual({ never: { kind: 'unchanged' } });
});
