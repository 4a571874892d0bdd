import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EntryOf } from '../../src/model/entry.ts';
import { storyOf } from '../support/story.ts';
import { type World, world } from '../support/world.ts';

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
      web: { image, stop_signal: 'SIGKILL', environment: { VERSION: version }, volumes: ['data:/data'] },
      migrate: {
        image,
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
