import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { githubPush, type Message } from '../support/forges.ts';
import { freePort } from '../support/free-port.ts';
import { type GitRig, gitRig } from '../support/git-rig.ts';
import { eventually, light, type World, world } from '../support/world.ts';

const secret = 'a secret of some length';
/** Nothing that happens within a test is due by itself. */
const never = '6h';

let host: World;
let image: string;
let port: number;
let repository: GitRig & { readonly url: string };

beforeEach(async () => {
  host = await world();
  image = await host.engine.image('web');
  repository = await host.repository('shop');
  port = await freePort();
  host.environment['WEBHOOK_SECRET'] = secret;
});

afterEach(async () => {
  await host[Symbol.asyncDispose]();
});

const listening = () => ({
  api: { listen: `127.0.0.1:${port}` },
  webhooks: Object.fromEntries(
    Object.entries({ forge: 'github', own: 'signed' }).map(([name, type]) => [
      name,
      { type, secret: '${WEBHOOK_SECRET}' },
    ]),
  ),
});

const push = (version: string) =>
  repository.commit(
    {
      'compose.yaml': stringify({
        services: { web: { image, ...light, environment: { VERSION: version } } },
      }),
    },
    `Version ${version}`,
  );

async function tell(message: Message): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/forge`, { method: 'POST', ...message });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const pushOf = (url: string, delivery: string) =>
  githubPush({ secret, repository: url.replace(/\.git$/, ''), delivery });

const outcomes = async () => (await host.log()).filter((entry) => entry.kind === 'finished');

/** What docs/webhooks.md says that whoever has a shell sends. */
async function byTheBook(url: string): Promise<unknown> {
  const page = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const script =
    /```sh\n([\s\S]*?)```/.exec(page)?.[1]?.replace('https://git.example.org/acme/shop', repository.url) ?? '';
  const env = { PATH: process.env['PATH'], URL: url, SECRET: secret };
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], { env });
  return JSON.parse(stdout);
}

test('a push that a forge tells of is deployed long before the interval, and the log names the delivery', async () => {
  await push('one');
  await host.configure({ shop: { url: repository.url, interval: never } }, listening());
  await using daemon = await host.daemon();
  await eventually(async () => expect(await outcomes()).toHaveLength(1));
  expect(await host.version('shop')).toBe('one');
  await push('two');
  const forged = githubPush({ secret: `${secret}!`, repository: repository.url });
  expect(await tell(forged)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  const began = Date.now();
  expect(await tell(pushOf(repository.url, 'delivery-2'))).toEqual({
    status: 202,
    body: {
      status: 'accepted',
      detail: `Git is looked at now for ${host.named('shop')}.`,
      apps: [host.named('shop')],
      configuration: false,
    },
  });
  expect(Date.now() - began).toBeLessThan(5_000);
  await eventually(async () => expect(await host.version('shop')).toBe('two'));
  await eventually(async () =>
    expect((await outcomes()).at(-1)).toMatchObject({
      outcome: { kind: 'applied' },
      trigger: { kind: 'webhook', actor: { kind: 'webhook', forge: 'github', name: 'forge', delivery: 'delivery-2' } },
    }),
  );
  const { stdout } = await host.run('log', 'show', `${(await outcomes()).at(-1)?.seq}`);
  expect(stdout).toContain('a forge told of a push (webhook forge of github, delivery delivery-2)');
  expect(await tell(pushOf(repository.url, 'delivery-2'))).toMatchObject({
    status: 202,
    body: { status: 'duplicate' },
  });
  await push('three');
  expect(await byTheBook(`http://127.0.0.1:${port}/webhooks/own`)).toMatchObject({ status: 'accepted' });
  await eventually(async () => expect(await host.version('shop')).toBe('three'));
  const everything = `${daemon.output()}${(await host.run('log', '--json')).stdout}${(await host.run('status', '--json')).stdout}`;
  expect(everything).not.toContain(secret);
});

test('a push that a forge tells of while the one before is being fetched is not lost', async () => {
  await push('one');
  await host.configure({ shop: { url: repository.url, interval: never } }, listening());
  await using _daemon = await host.daemon();
  await eventually(async () => expect(await outcomes()).toHaveLength(1));
  const held = host.git.holdFetches();
  await push('two');
  await tell(pushOf(repository.url, 'delivery-2'));
  await eventually(() => expect(held.waiting()).toBeGreaterThan(0));
  await push('three');
  expect(await tell(pushOf(repository.url, 'delivery-3'))).toMatchObject({ status: 202, body: { status: 'accepted' } });
  held.release();
  await eventually(async () => expect(await host.version('shop')).toBe('three'));
  await eventually(async () => {
    const [, ...pushed] = (await outcomes()).map(({ outcome, trigger }) => ({ outcome, trigger }));
    const trigger = { kind: 'webhook', actor: { delivery: expect.stringMatching(/^delivery-[23]$/) } };
    expect(pushed).toMatchObject(pushed.map(() => ({ trigger })));
    expect(pushed.at(-1)).toMatchObject({ outcome: { kind: 'applied' } });
  });
});

test('a push to the repository that the configuration comes from is taken up at once', async () => {
  await using hosts = await gitRig('hosts');
  const url = host.git.serve(hosts);
  const declare = (apps: object) =>
    hosts.commit({
      'harbormaster.yml': stringify({ defaults: { branch: 'main', health: { min_ready: '1s' } }, apps }),
    });
  await push('one');
  await declare({});
  await writeFile(host.config, stringify({ config: { from: { url, interval: never } }, ...listening() }));
  await using daemon = await host.daemon();
  await eventually(() => expect(daemon.output()).toContain('the API listens'));
  await declare({ [host.named('shop')]: { url: repository.url, interval: never } });
  expect(await tell(pushOf(url, 'delivery-1'))).toMatchObject({
    status: 202,
    body: { status: 'accepted', detail: 'Git is looked at now for the configuration.', configuration: true },
  });
  await eventually(async () => expect(await host.version('shop')).toBe('one'));
});
