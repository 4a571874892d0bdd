import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry, EntryOf } from '../../src/model/entry.ts';
import type { HookMoment } from '../../src/model/hook.ts';
import { entriesOf, intentsWithoutOneOutcome, kill } from '../support/crashes.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { storyOf, versionOf } from '../support/story.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/** Each run of the hook adds its name and what it sees to a volume that web mounts, too. */
const files = (version: string, migrate: object = {}, more: object = {}) => ({
  'compose.yaml': stringify({
    services: {
      web: { image, ...light, environment: { VERSION: version }, volumes: ['data:/data'] },
      migrate: {
        image,
        ...light,
        profiles: ['hooks'],
        command: ['sh', '-c', `echo "${version}: $$(cat /migration)" >> /data/ran`],
        volumes: ['data:/data', './migration:/migration'],
        ...migrate,
      },
      ...more,
    },
    volumes: { data: {} },
  }),
  migration: `of ${version}`,
});

const ranIn = async (app: string): Promise<readonly string[]> => {
  const { web = '' } = await host.ids(app);
  const text = await host.engine.exec(web, ['sh', '-c', 'cat /data/ran']);
  return text.split('\n').filter((line) => line !== '');
};

test('a hook runs once before each new release, sees that release’s files, is neither deployed nor missed, and leaves nothing behind', async () => {
  const app = 'once';
  const repository = await host.repository(app);
  await repository.commit(files('one'));
  await host.configure({ [app]: { url: repository.url, hooks: { pre_deploy: [{ service: 'migrate' }] } } });
  const plan = await host.run('plan', host.named(app));
  expect(plan.stdout).toMatch(
    /hook +migrate +pre_deploy: before anything is touched, 5m at most\n(.*\n)*.*create +web/,
  );
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  expect(await ranIn(app)).toEqual(['one: of one']);
  expect((await host.containers(app)).map(({ service }) => service)).toEqual(['web']);
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'unchanged' } });
  expect((await storyOf(host, app).status()).sync).toEqual({ state: 'in-sync' });

  await repository.commit(files('two'));
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  expect(await ranIn(app)).toEqual(['one: of one', 'two: of two']);
  expect((await host.containers(app)).map(({ service }) => service)).toEqual(['web']);

  const ended = (await host.log()).findLast((entry): entry is EntryOf<'finished'> => entry.kind === 'finished');
  expect(ended?.hooks).toMatchObject([
    { moment: 'pre_deploy', service: 'migrate', end: { result: 'passed', exitCode: 0 } },
  ]);
  expect((await host.run('log', 'show', String(ended?.seq))).stdout).toMatch(
    /hooks\n +migrate +pre_deploy: passed in /,
  );
});

/**
 * A hook for each moment. Each writes its moment and the version into the app's data folder when it begins; if `slow` names it, it waits there for the
 * file `go` before it ends. The release `bad` does not pass its check.
 */
const everyMoment = (version: string, { slow, code = 0 }: { slow?: HookMoment; code?: number } = {}) => ({
  'compose.yaml': stringify({
    services: {
      web: { image, ...light, environment: { VERSION: version } },
      ...Object.fromEntries(
        moments.map((moment) => [
          moment,
          {
            image,
            profiles: ['hooks'],
            ...light,
            volumes: ['${HM_DATA_DIR}:/data'],
            command: [
              'sh',
              '-c',
              [
                `echo "$$HARBORMASTER_HOOK ${version}" >> /data/ran`,
                ...(moment === slow ? ['while [ ! -e /data/go ]; do sleep 0.1; done', `echo ended >> /data/ran`] : []),
                `echo "said by ${moment}"`,
                `exit ${moment === slow ? code : 0}`,
              ].join('; '),
            ],
          },
        ]),
      ),
    },
  }),
});

const moments: readonly HookMoment[] = ['pre_deploy', 'post_deploy', 'on_failure', 'pre_remove'];

const fit = { type: 'command', service: 'web', command: '[ "$VERSION" != bad ]', retries: 0, timeout: '10s' };

const withHooks = (url: string, more: object = {}) => ({
  url,
  hooks: Object.fromEntries(moments.map((moment) => [moment, [{ service: moment, timeout: '60s' }]])),
  checks: [fit],
  ...more,
});

const data = (own: World, app: string, file: string) => join(own.state, 'apps', own.named(app), 'data', file);

const lines = async (own: World, app: string): Promise<readonly string[]> =>
  (await readFile(data(own, app, 'ran'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

const isHookEnded = (entry: Entry): entry is EntryOf<'hook-ended'> => entry.kind === 'hook-ended';

test('hooks run at their moment, each of them once: around a deployment, after one that failed, and before the app goes', async () => {
  await using own = await world();
  const app = 'each';
  const repository = await own.repository(app);
  await repository.commit(everyMoment('one'));
  await own.configure({ [app]: withHooks(repository.url) });
  expect(await own.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  expect(await lines(own, app)).toEqual(['pre_deploy one', 'post_deploy one']);

  await repository.commit(everyMoment('bad'));
  expect(await own.apply(app)).toMatchObject({ [app]: { kind: 'failed', code: 'check-failed' } });
  expect((await lines(own, app)).slice(2)).toEqual(['pre_deploy bad', 'on_failure bad']);
  expect(await versionOf(own, app)).toBe('one');

  await own.configure({});
  expect((await own.run('plan', own.named(app))).stdout).toMatch(/hook +pre_remove +pre_remove/);
  expect(await own.apply()).toEqual({ [app]: { kind: 'applied' } });
  expect((await lines(own, app)).slice(4)).toEqual(['pre_remove one']);
  expect(await own.engine.containers(own.named(app))).toEqual([]);
  expect((await own.run('log', 'verify')).code).toBe(0);
});

test('a hook that fails before the deployment leaves everything as it was, and what it wrote is in reach', async () => {
  const app = 'refuses';
  const repository = await host.repository(app);
  await repository.commit(files('one'));
  await host.configure({ [app]: { url: repository.url, hooks: { pre_deploy: [{ service: 'migrate' }] } } });
  await host.apply(app);
  const before = await host.lives(app);
  await repository.commit(files('two', { command: ['sh', '-c', 'echo "table orders is locked"; exit 7'] }));
  expect(await host.apply(app)).toMatchObject({ [app]: { kind: 'failed', code: 'hook-failed' } });
  expect(await host.lives(app)).toEqual(before);
  const entry = (await host.log()).findLast(isHookEnded);
  expect(entry?.end).toMatchObject({ result: 'failed', exitCode: 7, output: 'table orders is locked' });
  const outcome = (await host.log()).findLast(({ kind }) => kind === 'finished');
  for (const text of [(await host.run('log', 'show', String(outcome?.seq))).stdout, await storyOf(host, app).why()]) {
    expect(text).toContain('ended with exit code 7');
    expect(text).toContain('table orders is locked');
  }
});

test('a hook that never ends is stopped at its time limit, and has failed', async () => {
  const app = 'endless';
  const repository = await host.repository(app);
  await repository.commit(files('one', { command: ['idle'] }));
  await host.configure({
    [app]: { url: repository.url, hooks: { pre_deploy: [{ service: 'migrate', timeout: '2s' }] } },
  });
  const began = Date.now();
  expect(await host.apply(app)).toMatchObject({
    [app]: { kind: 'failed', code: 'hook-failed', message: expect.stringContaining('did not end within 2s') },
  });
  expect(Date.now() - began).toBeLessThan(50_000);
  expect(await host.containers(app)).toEqual([]);
});

test('a hook whose container somebody removes meanwhile has failed at once, and is not run again by itself', async () => {
  await using own = await world();
  const app = 'vanished';
  const repository = await own.repository(app);
  await repository.commit(everyMoment('one', { slow: 'pre_deploy' }));
  await own.configure({ [app]: withHooks(repository.url) });
  await using daemon = await own.daemon();
  await eventually(async () => expect(await lines(own, app)).toEqual(['pre_deploy one']), 60);
  const [container] = await own.engine.containers(own.named(app));
  await own.engine.rm(container?.id ?? '');
  await eventually(async () =>
    expect((await entriesOf(own, app)).findLast(({ kind }) => kind === 'finished')).toMatchObject({
      outcome: { kind: 'failed', code: 'hook-failed', message: expect.stringContaining('its container is gone') },
    }),
  );
  expect((await own.run('why', own.named(app))).stdout).toContain(`harbormaster retry ${own.named(app)}`);
  await writeFile(data(own, app, 'go'), '');
  expect((await own.run('retry', own.named(app))).code).toBe(0);
  await eventually(async () => expect(await versionOf(own, app)).toBe('one'));
  expect(daemon.output()).not.toContain('bug');
});

describe('kill -9 while a hook runs: it runs once, and the operation comes to its end', () => {
  const killedIn = async (own: World, app: string, moment: HookMoment) => {
    const daemon = await own.daemon();
    await eventually(async () => expect((await lines(own, app)).at(-1)).toMatch(new RegExp(`^${moment} `)), 60);
    await kill(daemon);
  };

  const whole = async (own: World, app: string, outcome: object) => {
    await eventually(async () => {
      const entries = await entriesOf(own, app);
      expect(entries.findLast(({ kind }) => kind === 'finished')).toMatchObject({ outcome });
      expect(intentsWithoutOneOutcome(entries)).toEqual([]);
    }, 60);
    expect((await own.run('log', 'verify')).code).toBe(0);
  };

  test.each([
    ['pre_deploy', 'runs on'],
    ['pre_deploy', 'ends meanwhile'],
    ['post_deploy', 'runs on'],
  ] as const)('%s that %s', async (moment, how) => {
    await using own = await world();
    const app = 'killed';
    const repository = await own.repository(app);
    await repository.commit(everyMoment('one', { slow: moment }));
    await own.configure({ [app]: withHooks(repository.url) });
    await killedIn(own, app, moment);
    if (how === 'ends meanwhile') {
      await writeFile(data(own, app, 'go'), '');
      await eventually(async () => expect((await lines(own, app)).at(-1)).not.toBe(`${moment} one`));
    }
    await using daemon = await own.daemon();
    await eventually(async () => expect((await entriesOf(own, app)).length).toBeGreaterThan(0));
    await writeFile(data(own, app, 'go'), '');
    await whole(own, app, { kind: 'applied' });
    expect((await lines(own, app)).filter((line) => line !== 'ended')).toEqual(['pre_deploy one', 'post_deploy one']);
    expect((await own.containers(app)).map(({ service }) => service)).toEqual(['web']);
    expect(daemon.output()).not.toContain('bug');
  });

  test('one that failed while Harbormaster was down has failed', async () => {
    await using own = await world();
    const app = 'failing';
    const repository = await own.repository(app);
    await repository.commit(everyMoment('one', { slow: 'pre_deploy', code: 9 }));
    await own.configure({ [app]: withHooks(repository.url) });
    await killedIn(own, app, 'pre_deploy');
    await writeFile(data(own, app, 'go'), '');
    await eventually(async () => expect((await lines(own, app)).at(-1)).toBe('ended'));
    await using daemon = await own.daemon();
    await whole(own, app, { kind: 'failed', code: 'hook-failed', message: expect.stringContaining('exit code 9') });
    expect((await lines(own, app)).filter((line) => line.startsWith('pre_deploy'))).toEqual(['pre_deploy one']);
    expect(daemon.output()).not.toContain('bug');
  });

  test('on_failure: the deployed release comes back all the same', async () => {
    await using own = await world();
    const app = 'afterwards';
    const repository = await own.repository(app);
    await repository.commit(everyMoment('one'));
    await own.configure({ [app]: withHooks(repository.url) });
    await own.apply(app);
    await repository.commit(everyMoment('bad', { slow: 'on_failure' }));
    await killedIn(own, app, 'on_failure');
    await using daemon = await own.daemon();
    await writeFile(data(own, app, 'go'), '');
    await eventually(async () => expect(await versionOf(own, app)).toBe('one'), 60);
    await whole(own, app, { kind: 'applied' });
    expect((await lines(own, app)).filter((line) => line !== 'ended').slice(2)).toEqual([
      'pre_deploy bad',
      'on_failure bad',
    ]);
    expect(daemon.output()).not.toContain('bug');
  });

  test('pre_remove: the app is removed', async () => {
    await using own = await world();
    const app = 'leaves';
    const repository = await own.repository(app);
    await repository.commit(everyMoment('one', { slow: 'pre_remove' }));
    await own.configure({ [app]: withHooks(repository.url) });
    await own.apply(app);
    await own.configure({});
    await killedIn(own, app, 'pre_remove');
    await using daemon = await own.daemon();
    await writeFile(data(own, app, 'go'), '');
    await eventually(async () => expect(await own.containers(app)).toEqual([]), 60);
    await whole(own, app, { kind: 'applied' });
    expect((await lines(own, app)).filter((line) => line.startsWith('pre_remove'))).toEqual(['pre_remove one']);
    expect(daemon.output()).not.toContain('bug');
  });
});

test('after a hook that cannot be undone a release that fails is held and not rolled back; a person may go back all the same', async () => {
  const app = 'oneway';
  const repository = await host.repository(app);
  await repository.commit(files('one'));
  const irreversible = { pre_deploy: [{ service: 'migrate', irreversible: true }] };
  await host.configure({ [app]: { url: repository.url, hooks: irreversible, checks: [{ ...fit, name: 'fit' }] } });
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  await repository.commit(files('bad'));
  expect(await host.apply(app)).toMatchObject({ [app]: { kind: 'failed', code: 'check-failed' } });
  expect(await versionOf(host, app)).toBe('bad');
  expect((await storyOf(host, app).block('held')).lift).toContain(`harbormaster release ${host.named(app)}`);
  const back = await host.run('rollback', host.named(app), '--reason', 'the data bears it');
  expect(back.stderr + back.stdout).toContain('stays done');
  expect(await versionOf(host, app)).toBe('one');
});

test('a hook that the engine cannot stop keeps everything else from beginning until it has ended, and why says how', async () => {
  await using own = await world();
  const socket = join(own.folder, 'engine.sock');
  await using front = await faultProxy({ socketPath: own.engine.dockerHost.replace('unix://', '') }, socket);
  own.environment['DOCKER_HOST'] = `unix://${socket}`;
  const app = 'stuck';
  const job = { image: await own.engine.image('web'), ...light, profiles: ['hooks'] };
  const repository = await own.repository(app);
  const push = (version: string, command: readonly string[]) => {
    const web = { image: job.image, ...light, environment: { VERSION: version } };
    const jobs = { migrate: { ...job, command }, tell: { ...job, command: ['true'] } };
    return repository.commit({ 'compose.yaml': stringify({ services: { web, ...jobs } }) });
  };
  const hooks = { pre_deploy: [{ service: 'migrate', timeout: '2s' }], on_failure: [{ service: 'tell' }] };
  await push('one', ['true']);
  await own.configure({ [app]: { url: repository.url, hooks } });
  expect(await own.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  await push('two', ['idle']);
  front.behave(500, /^POST .*\/stop/);
  const notEnded = expect.stringContaining('the hook migrate (pre_deploy) has not ended, and could not be stopped');
  expect(await own.apply(app)).toMatchObject({ [app]: { code: 'hook-failed', message: notEnded } });

  await push('three', ['true']);
  expect(await own.apply(app)).toMatchObject({ [app]: { code: 'engine-refused', message: notEnded } });
  const [, way = ''] = /end it \(docker kill (\S+)\)/.exec((await own.run('why', own.named(app))).stdout) ?? [];
  const running = (await own.containers(app)).filter(({ state }) => state === 'running');
  expect(running.map(({ name }) => name).sort()).toEqual([way, `${own.named(app)}-web-1`].sort());
  expect(await own.version(app)).toBe('one');

  await own.engine.kill(way);
  front.behave('none');
  expect(await own.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  expect(await own.version(app)).toBe('three');
  const ends = (await own.journal()).flatMap((entry) => (entry.kind === 'hook-ended' ? [entry] : []));
  expect(ends.map(({ service, end }) => `${service} ${end.result}`)).toEqual([
    'migrate passed',
    'migrate failed',
    'migrate passed',
  ]);
});
