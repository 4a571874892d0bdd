import { execFile, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { program } from '../support/program.ts';
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

const compose = (version: string) =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version } } } });

test('the daemon deploys a push by itself, heals, answers the CLI, and ends with its apps running', async () => {
  const repository = await host.repository('daemon');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ daemon: { url: repository.url } });
  const daemon = await host.daemon();
  await eventually(async () =>
    expect((await host.containers('daemon')).map(({ state }) => state)).toEqual(['running']),
  );
  await eventually(async () => expect((await host.run('status')).stdout).toContain('match Git'));
  const before = await host.ids('daemon');
  await repository.commit({ 'compose.yaml': compose('two') });
  await eventually(async () => expect((await host.ids('daemon'))['web']).not.toBe(before['web']));
  await eventually(async () =>
    expect((await host.log()).at(-1)).toMatchObject({
      kind: 'finished',
      trigger: { kind: 'interval' },
      outcome: { kind: 'applied' },
    }),
  );
  const { web = '' } = await host.ids('daemon');
  await host.engine.kill(web);
  await eventually(async () =>
    expect((await host.containers('daemon')).map(({ id, state }) => [id, state])).toEqual([[web, 'running']]),
  );
  await eventually(async () => expect((await host.log()).at(-1)).toMatchObject({ kind: 'finished' }));
  expect(await host.apply('daemon')).toEqual({ daemon: { kind: 'unchanged' } });
  expect((await host.run('healthcheck')).code).toBe(0);
  daemon.signal('SIGTERM');
  expect(await daemon.ended).toBe(0);
  expect((await host.containers('daemon')).map(({ id, state }) => [id, state])).toEqual([[web, 'running']]);
  expect((await host.run('healthcheck')).code).not.toBe(0);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('a second daemon on one state folder is refused and told who holds it', async () => {
  const repository = await host.repository('second');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ second: { url: repository.url } });
  await using first = await host.daemon();
  await eventually(async () => expect((await host.containers('second')).length).toBe(1));
  const { code, stderr } = await host.run('run');
  expect(code).toBe(4);
  expect(stderr).toContain(`in use by harbormaster run (pid ${first.pid}`);
  expect(stderr).not.toContain('Harbormaster runs');
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a changed configuration is taken over, a broken one leaves the last good one in force', async () => {
  const [one, two] = [await host.repository('config-one'), await host.repository('config-two')];
  await one.commit({ 'compose.yaml': compose('one') });
  await two.commit({ 'compose.yaml': compose('two') });
  await host.configure({ one: { url: one.url } });
  await using daemon = await host.daemon();
  await eventually(async () => expect((await host.containers('one')).length).toBe(1));
  const good = await readFile(host.config, 'utf8');
  await writeFile(host.config, 'apps:\n');
  await eventually(() => expect(daemon.output()).toContain('last good one stays in force'));
  await one.commit({ 'compose.yaml': compose('still followed') });
  await eventually(async () => expect(await host.version('one')).toBe('still followed'));
  await writeFile(host.config, good);
  await host.configure({ one: { url: one.url }, two: { url: two.url } });
  await eventually(async () => expect((await host.containers('two')).length).toBe(1));
  expect((await host.containers('one')).length).toBe(1);
});

test('an environment file that a reload brought in is watched from then on', async () => {
  const repository = await host.repository('env-file');
  await repository.commit({
    'compose.yaml': stringify({
      services: { web: { image, ...light, environment: { VERSION: '${VERSION:-none}' } } },
    }),
  });
  await host.configure({ env: { url: repository.url } });
  await using daemon = await host.daemon();
  await eventually(async () => expect(await host.version('env')).toBe('none'));
  await writeFile(join(host.folder, 'app.env'), 'VERSION=one\n');
  await host.configure({ env: { url: repository.url, environment_file: 'app.env' } });
  await eventually(async () => expect(await host.version('env')).toBe('one'));
  await writeFile(join(host.folder, 'app.env'), 'not a variable\n');
  await eventually(() => expect(daemon.output()).toContain('last good one stays in force'));
  expect(daemon.output()).toContain('"code":"config-invalid"');
  expect(daemon.output()).not.toContain('"stack"');
  await writeFile(join(host.folder, 'app.env'), 'VERSION=two\n');
  await eventually(async () => expect(await host.version('env')).toBe('two'));
});

const ownMounts = ['unshare', '--mount'];
const canMount = spawnSync('env', [...ownMounts, 'true']).status === 0;

/** One call of the program for which the state folder is on a read-only file system. */
function runReadOnly(...args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
  const call = [...ownMounts, 'sh', '-c', script, host.state, process.execPath, program, ...args];
  return new Promise((resolve) => {
    execFile('env', call, { env: host.environment }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

test.runIf(canMount)('a state folder that cannot be written can still be read', async () => {
  const repository = await host.repository('read-only');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ frozen: { url: repository.url } });
  await host.apply('frozen');
  expect(await runReadOnly('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('matches Git') });
  expect(await runReadOnly('log')).toMatchObject({ code: 0, stdout: expect.stringContaining(host.named('frozen')) });
  expect(await runReadOnly('plan', host.named('frozen'))).toMatchObject({ code: 0 });
  expect(await runReadOnly('apply')).toMatchObject({ code: 4, stderr: expect.stringContaining('--state-dir') });
  await repository.commit({ 'compose.yaml': compose('two') });
  const { code, stdout } = await runReadOnly('plan', host.named('frozen'));
  expect(code).not.toBe(0);
  expect(stdout).toContain('Read-only file system');
});

test('kill -9 in the middle of a deployment: the outcome is written as interrupted, and the next start converges', async () => {
  const repository = await host.repository('killed');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ killed: { url: repository.url } });
  await host.apply('killed');
  const slow = stringify({
    services: {
      web: {
        image,
        ...light,
        environment: { VERSION: 'two' },
        healthcheck: { test: ['CMD', 'true'], interval: '3s' },
      },
    },
  });
  await repository.commit({ 'compose.yaml': slow });
  const daemon = await host.daemon();
  await eventually(async () => expect((await host.log()).at(-1)).toMatchObject({ kind: 'started' }));
  daemon.signal('SIGKILL');
  await daemon.ended;
  expect(await host.apply('killed')).toMatchObject({ killed: { kind: expect.stringMatching('applied|unchanged') } });
  const outcomes = (await host.log())
    .filter((entry) => entry.kind === 'finished' && entry.app === host.named('killed'))
    .map((entry) => entry.kind === 'finished' && entry.outcome.kind);
  expect(outcomes).toEqual(['applied', 'interrupted', 'applied']);
  expect(await host.version('killed')).toBe('two');
  expect((await host.containers('killed')).length).toBe(1);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('failed, blocked and recovered are told to a signed webhook, once each', async () => {
  const secret = 'a-secret-of-some-length';
  const told: { event: string; isSigned: boolean }[] = [];
  const begun = new Set<string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { delivery, event } = JSON.parse(body) as { delivery: string; event: string };
      // Busy at first: whoever does not wait for the second attempt tells nobody.
      if (!begun.has(delivery)) {
        begun.add(delivery);
        response.writeHead(503).end();
        return;
      }
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      told.push({ event, isSigned: request.headers['x-harbormaster-signature'] === signature });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const repository = await host.repository('notify');
    await repository.commit({ 'compose.yaml': 'services: [' });
    await host.configure(
      { notify: { url: repository.url } },
      { notifiers: [{ type: 'webhook', url: `http://127.0.0.1:${port}/`, secret }] },
    );
    await host.apply('notify');
    await host.apply('notify');
    await repository.commit({ 'compose.yaml': stringify({ services: { web: { image, privileged: true } } }) });
    await host.apply('notify');
    await repository.commit({ 'compose.yaml': compose('good') });
    await host.apply('notify');
    expect(told).toEqual(['failed', 'blocked', 'recovered'].map((event) => ({ event, isSigned: true })));
  } finally {
    server.close();
  }
});
