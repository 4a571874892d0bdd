import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EntryOf } from '../../src/model/entry.ts';
import { storyOf, versionOf } from '../support/story.ts';
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

/** What runs listens at a port, and shows a page; `smoke` looks at that page over the network of the app. */
const files = (version: string, { port = 80, page = 'all is well' } = {}) => ({
  'compose.yaml': stringify({
    services: {
      web: {
        image,
        command: ['serve', String(port)],
        stop_signal: 'SIGKILL',
        environment: { VERSION: version },
        volumes: ['./page:/www:ro'],
      },
      smoke: {
        image,
        profiles: ['hooks'],
        command: ['sh', '-c', 'wget -q -O- http://web | tee /dev/stderr | grep -q well'],
      },
    },
  }),
  'page/index.html': page,
});

const finished = async (app: string): Promise<EntryOf<'finished'> | undefined> =>
  (await host.log()).findLast(
    (entry): entry is EntryOf<'finished'> =>
      entry.kind === 'finished' && entry.app === host.named(app) && entry.purpose === 'deploy',
  );

const once = { retries: 0, timeout: '10s' };

const kinds = {
  http: { type: 'http', url: 'http://web/', body: 'well' },
  tcp: { type: 'tcp', address: 'web:80' },
  command: { type: 'command', service: 'web', command: 'echo "page: $(cat /www/index.html)"; grep -q well /www/*' },
  service: { type: 'service', service: 'smoke' },
};

test('every kind of check is in the plan, is asked once the release is healthy, and stands in the outcome', async () => {
  const app = 'well';
  const repository = await host.repository(app);
  await repository.commit(files('one'));
  const checks = Object.values(kinds).map((check) => ({ ...check, ...once }));
  await host.configure({ [app]: { url: repository.url, checks } });
  expect((await host.run('plan', host.named(app))).stdout).toMatch(
    /wait +web .*\n +check +http web\/\n +check +tcp web:80\n +check +command sh in web\n +check +service smoke\n/,
  );
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  expect((await finished(app))?.checks).toMatchObject([
    { check: 'http web/', passed: true, detail: 'answered 200', attempts: 1 },
    { check: 'tcp web:80', passed: true, detail: 'takes connections' },
    { check: 'command sh in web', passed: true, detail: 'ended with exit code 0' },
    { check: 'service smoke', passed: true, detail: 'ended with exit code 0' },
  ]);
  expect((await host.containers(app)).map(({ service }) => service)).toEqual(['web']);
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'unchanged' } });
});

describe('a release that does not pass is rolled back, and what the check found is in reach', () => {
  const broken = { page: 'all is lost' };
  test.each([
    ['http', broken, 'answered 200, without the text that must be in it', 'all is lost'],
    ['tcp', { port: 8080 }, 'could not be reached', undefined],
    ['command', broken, 'ended with exit code 1', 'page: all is lost'],
    ['service', broken, 'ended with exit code 1', 'all is lost'],
  ] as const)('%s', async (kind, fault, detail, output) => {
    const app = `bad-${kind}`;
    const repository = await host.repository(app);
    await repository.commit(files('one'));
    await host.configure({ [app]: { url: repository.url, checks: [{ ...kinds[kind], ...once, name: 'the test' }] } });
    expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });

    await repository.commit(files('two', fault));
    expect(await host.apply(app)).toMatchObject({ [app]: { kind: 'failed', code: 'check-failed' } });
    expect(await versionOf(host, app)).toBe('one');
    expect((await host.containers(app)).map(({ service }) => service)).toEqual(['web']);
    expect(await storyOf(host, app).lines()).toEqual(['deploy applied', 'deploy failed', 'restore applied']);

    const entry = await finished(app);
    expect(entry?.checks).toMatchObject([
      { check: 'the test', passed: false, detail: expect.stringContaining(detail) },
    ]);
    const shown = (await host.run('log', 'show', String(entry?.seq))).stdout;
    const why = await storyOf(host, app).why();
    for (const text of [shown, why]) {
      expect(text).toContain(detail);
      expect(text).toContain(output ?? detail);
    }
    expect(why).toContain(`harbormaster retry ${host.named(app)}`);
  });
});
