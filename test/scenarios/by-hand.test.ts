import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { storyOf, versionOf } from '../support/story.ts';
import { eventually, light, type Ran, world } from '../support/world.ts';

/** A host with one app, `shop`, and these versions deployed one after the other. */
async function hostWith(...versions: readonly string[]) {
  const host = await world();
  const image = await host.engine.image('web');
  const repository = await host.repository('shop');
  const push = (version: string, more: object = {}, rest: object = {}) => {
    const web = { image, ...light, environment: { VERSION: version }, ...more };
    return repository.commit({ 'compose.yaml': stringify({ services: { web }, ...rest }) }, `Version ${version}`);
  };
  await host.configure({ shop: { url: repository.url, health: { deadline: '8s', min_ready: '500ms' } } });
  const commits: Record<string, string> = {};
  for (const version of versions) {
    commits[version] = await push(version);
    expect(await host.apply('shop')).toEqual({ shop: { kind: 'applied' } });
  }
  const name = host.named('shop');
  const story = storyOf(host, 'shop');
  /** The release that was deployed from a commit. */
  const releaseOf = async (version: string): Promise<string> => {
    const found = (await story.attempts()).find(
      ({ what, commit }) => what === 'deploy' && commit !== undefined && commit === commits[version],
    );
    if (found?.release === undefined) throw new Error(`${version} was never deployed`);
    return found.release;
  };
  return { host, image, push, name, commits, story, releaseOf, version: () => versionOf(host, 'shop') };
}

type Given = Awaited<ReturnType<typeof hostWith>>;

const rollback = ({ host, name }: Given, ...args: string[]): Promise<Ran> =>
  host.run('rollback', name, '--reason', 'prices are wrong', ...args);

/** A pass of the loop's own: with nobody naming an app. */
const passOf = async ({ host }: Given) => (await host.apply())['shop']?.kind;

test.concurrent('rollback goes to the last good release, with Git down too; what it left is not tried again, the next commit is deployed by itself', async () => {
  const given = await hostWith('one', 'two');
  const { host, story, version, push, releaseOf, name } = given;
  await using _ = host;
  host.git.behave(503);
  const ran = await rollback(given);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('rolled back to') });
  expect(ran.stdout).toContain(`harbormaster hold ${name}`);
  expect(await version()).toBe('one');
  host.git.behave('normal');

  expect(await passOf(given)).toBe('blocked');
  expect(await version()).toBe('one');
  const { deployed, applied, desired } = await story.status();
  const [one, two] = [await releaseOf('one'), await releaseOf('two')];
  expect({ deployed: deployed?.release, applied, desired: desired?.release }).toEqual({
    deployed: one,
    applied: one,
    desired: two,
  });
  expect(await story.block('quarantined')).toMatchObject({
    detail: expect.stringContaining('prices are wrong'),
    lift: `harbormaster retry ${name}`,
  });
  await push('three');
  expect(await passOf(given)).toBe('applied');
  expect(await version()).toBe('three');
  expect(await story.lines()).toEqual([
    'deploy applied',
    'deploy applied',
    'rollback applied',
    'refused blocked',
    'deploy applied',
  ]);
});

test.concurrent('a second rollback goes further back, never to what was just left, and a third has nowhere to go', async () => {
  const given = await hostWith('one', 'two', 'three');
  const { host, version, name } = given;
  await using _ = host;
  expect((await rollback(given)).code).toBe(0);
  expect(await version()).toBe('two');
  expect((await rollback(given)).code).toBe(0);
  expect(await version()).toBe('one');
  const third = await rollback(given);
  expect(third.code).toBe(4);
  expect(third.stderr).toContain('no earlier release');
  expect(third.stderr.split(`harbormaster history ${name}`).length).toBe(2);
  expect(await version()).toBe('one');
  expect(await passOf(given)).toBe('blocked');
  expect(await version()).toBe('one');
});

test.concurrent('rollback --to takes the first digits of a release or of its commit, also of one that was rolled back; --hold pins until release', async () => {
  const given = await hostWith('one', 'two', 'three');
  const { host, version, commits, releaseOf, push, name, story } = given;
  await using _ = host;
  expect((await rollback(given, '--to', (await releaseOf('one')).slice(0, 8))).code).toBe(0);
  expect(await version()).toBe('one');
  expect((await rollback(given, '--to', (commits['three'] ?? '').slice(0, 7))).code).toBe(0);
  expect(await version()).toBe('three');
  const held = await rollback(given, '--to', (commits['two'] ?? '').slice(0, 7).toUpperCase(), '--hold');
  expect(held).toMatchObject({ code: 0, stdout: expect.stringContaining(`harbormaster release ${name}`) });
  expect(await version()).toBe('two');

  await push('four');
  expect(await passOf(given)).toBe('blocked');
  expect(await version()).toBe('two');
  expect(await story.block('held')).toMatchObject({
    detail: expect.stringContaining('prices are wrong'),
    lift: `harbormaster release ${name}`,
  });
  await host.engine.kill((await host.ids('shop'))['web'] ?? '');
  await host.apply('shop');
  expect(await version()).toBe('two');
  expect((await host.run('release', name)).code).toBe(0);
  expect(await passOf(given)).toBe('applied');
  expect(await version()).toBe('four');
});

test.concurrent('a rollback that cannot be is refused with one clear hint, and changes nothing', async () => {
  const given = await hostWith('one', 'two');
  const { host, name, releaseOf } = given;
  await using _ = host;
  const [before, entries] = [await host.ids('shop'), (await host.journal()).length];
  const refused = async (args: readonly string[], message: RegExp, hint: string) => {
    const { code, stdout, stderr } = await host.run('rollback', ...args);
    expect(code).toBe(4);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toContain(hint);
    expect(stderr.match(/→/g)?.length).toBe(1);
    expect(stderr).not.toMatch(/\n\s+at /);
  };
  await refused([name], /why|reason/, `harbormaster rollback ${name} --reason`);
  await refused([name, '--to', 'ffff', '--reason', 'x'], /ffff/, (await releaseOf('one')).slice(0, 12));
  await refused([name, '--to', (await releaseOf('two')).slice(0, 12), '--reason', 'x'], /already/, 'harbormaster hold');
  await refused([host.named('shp'), '--reason', 'x'], /no app/, name);
  expect(await host.ids('shop')).toEqual(before);
  expect((await host.journal()).length).toBe(entries);
});

test.concurrent('hold lets nothing newer in and keeps what runs running; holding twice is told, releasing twice too', async () => {
  const given = await hostWith('one');
  const { host, name, push, version, story } = given;
  await using _ = host;
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  expect((await host.run('hold', name, '--reason', 'the sale')).code).toBe(0);
  const again = await host.run('hold', name, '--reason', 'still the sale');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/held already.*the sale/s) });
  await push('two');
  await eventually(async () => expect(await story.lines()).toEqual(['deploy applied', 'hold', 'refused blocked']));
  await host.engine.kill((await host.ids('shop'))['web'] ?? '');
  await eventually(async () => expect(await version()).toBe('one'));
  expect(await story.why()).toContain('the sale');
  expect(await story.block('held')).toMatchObject({ lift: `harbormaster release ${name}` });
  expect((await host.run('release', name, '--reason', 'it is over')).code).toBe(0);
  await eventually(async () => expect(await version()).toBe('two'));
  expect(await host.run('release', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('not held') });
  await eventually(async () =>
    expect((await story.lines()).filter((line) => !line.startsWith('heal'))).toEqual([
      'deploy applied',
      'hold',
      'refused blocked',
      'release',
      'deploy applied',
    ]),
  );
});

test.concurrent('retry brings in a bad release that is good by now, and history tells every attempt in order, with purpose and outcome', async () => {
  const given = await hostWith('one');
  const { host, image, name, push, version, story } = given;
  await using _ = host;
  const needy = { command: ['sh', '-c', 'test -e /data/ready || exit 9; exec idle'], volumes: ['data:/data'] };
  const commit = await push('two', needy, { volumes: { data: {} } });
  expect(await host.apply('shop')).toMatchObject({ shop: { kind: 'failed', code: 'unhealthy' } });
  expect(await host.apply('shop')).toMatchObject({ shop: { kind: 'blocked', reasons: [{ code: 'quarantined' }] } });
  expect(await version()).toBe('one');
  await host.engine.run(host.named('cure'), image, {
    Cmd: ['touch', '/data/ready'],
    HostConfig: { Binds: [`${name}_data:/data`], AutoRemove: true },
  });
  const ran = await host.run('retry', name);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
  expect(await version()).toBe('two');
  expect((await rollback(given)).code).toBe(0);
  const attempts = await story.attempts();
  expect(attempts.map(({ what, outcome }) => [what, outcome].filter(Boolean).join(' '))).toEqual([
    'deploy applied',
    'deploy failed',
    'restore applied',
    'retry',
    'deploy applied',
    'rollback applied',
  ]);
  expect(attempts.map(({ seq }) => seq)).toEqual(attempts.map(({ seq }) => seq).toSorted((a, b) => a - b));
  expect(attempts[1]).toMatchObject({ commit, details: ['"Version two"', expect.stringContaining('code 9')] });
  expect(attempts.at(-1)).toMatchObject({ details: ['prices are wrong'], runs: true });
  const { stdout } = await host.run('history', name);
  for (const word of ['restore', 'rollback', 'retry', 'failed', 'code 9', 'prices are wrong', 'runs now'])
    expect(stdout).toContain(word);
  expect((await host.run('retry')).stdout).toContain('Nothing to try again');
  expect((await host.run('log', 'verify')).code).toBe(0);
});
