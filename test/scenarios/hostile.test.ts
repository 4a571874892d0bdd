import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiver, status } from '../edges/notifiers/receiver.ts';
import { eventually, type World, world } from '../support/world.ts';

let host: World;
let image: string;
beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web', { command: ['idle'] });
});
afterAll(() => host[Symbol.asyncDispose]());

const compose = (service: object): string => JSON.stringify({ services: { web: { image, ...service } } });

test('a link that a container puts into its data folder leads the next commit nowhere', async () => {
  const repository = await host.repository('planter');
  await repository.commit({ 'compose.yaml': compose({ volumes: ['${HM_DATA_DIR}:/data'] }) });
  await host.configure({ planter: { url: repository.url } });
  expect(await host.apply('planter')).toEqual({ planter: { kind: 'applied' } });
  const [container] = await host.containers('planter');
  await host.engine.exec(container?.id ?? '', ['ln', '-s', '/etc', '/data/x']);
  const planted = join(host.state, 'apps', host.named('planter'), 'data/x');
  expect((await lstat(planted)).isSymbolicLink()).toBe(true);
  await repository.commit({ 'compose.yaml': compose({ volumes: ['${HM_DATA_DIR}/x:/stolen'] }) });
  const { planter } = await host.apply('planter');
  expect(planter).toMatchObject({
    kind: 'blocked',
    reasons: [{ code: 'denied', reason: expect.stringContaining('which leads to /etc') }],
  });
  expect((await host.containers('planter')).map(({ id }) => id)).toEqual([container?.id]);
});

/** What a terminal obeys, but for the line feed. */
const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('what a repository and its containers say cannot act on a terminal', async () => {
  const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202etxt';
  const repository = await host.repository('loud');
  const failing = { test: ['CMD-SHELL', "printf '\\033[2Jhealth'; exit 1"], interval: '1s', retries: 1 };
  await repository.commit(
    {
      'compose.yaml': compose({
        command: ['sh', '-c', "printf '\\033[2Jout'; exec idle"],
        healthcheck: failing,
        labels: { a: evil },
      }),
    },
    `a change ${evil}`,
  );
  await host.configure({ loud: { url: repository.url, health: { deadline: '4s', min_ready: '1s' } } });
  const ran = [await host.run('plan', host.named('loud')), await host.run('apply', host.named('loud'))];
  const { seq } = (await host.log()).at(-1) ?? { seq: 1 };
  for (const verb of [
    ['status'],
    ['why', host.named('loud')],
    ['log'],
    ['log', 'show', String(seq)],
    ['history', host.named('loud')],
  ])
    ran.push(await host.run(...verb));
  const said = ran.map(({ stdout, stderr }) => `${stdout}${stderr}`);
  expect(said.join('')).toContain('a change');
  for (const output of said) expect(output).not.toMatch(acting);
});

/** Every text in it, keys too. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
};

test('what authors, subjects and compose files say acts on no terminal in what the daemon logs, tells and answers', async () => {
  const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202etxt\r';
  await using hook = await receiver((response) => status(204)(response));
  const repository = await host.repository('named');
  /** As no `git commit` would write it. */
  const commit = async (subject: string, compose: string) => {
    const tree = await repository.rawTree([
      { mode: '100644', name: 'compose.yaml', id: await repository.blob(compose) },
    ]);
    const who = `Ada ${evil.replace('\r', '')} <ada@example.org> 1767225600 +0000`;
    const text = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\n${subject} ${evil}\nsecond line\n`;
    const id = await repository.git(['hash-object', '-t', 'commit', '-w', '--stdin'], text);
    await repository.git(['update-ref', 'refs/heads/main', id.trim()]);
  };
  /** Raw, YAML itself would refuse them. */
  const escaped = (text: string) =>
    text.replaceAll(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  await commit('one', compose({}));
  const secret = 'a-secret-of-some-length';
  await host.configure({ named: { url: repository.url } }, { notifiers: [{ type: 'webhook', url: hook.url, secret }] });
  await using daemon = await host.daemon();
  await eventually(async () => expect(await host.ids('named')).not.toEqual({}), 90);
  await commit('two', escaped(compose({ ports: [`${evil}:80`] })));
  const told = () => hook.seen.map(({ body }) => JSON.parse(body) as unknown);
  const tells = (event: string) =>
    eventually(() => expect(told()).toContainEqual(expect.objectContaining({ event, app: host.named('named') })), 90);
  await tells('failed');
  await commit('three', escaped(compose({ cap_add: [`X${evil}`], cgroup_parent: evil })));
  await tells('blocked');
  const [entries, plan] = [
    await host.log(),
    JSON.parse((await host.run('plan', host.named('named'), '--json')).stdout),
  ];
  const answer: unknown = JSON.parse((await host.run('status', '--json')).stdout);
  daemon.signal('SIGTERM');
  await daemon.ended;
  expect(JSON.stringify([entries, told()])).toContain('owned');
  for (const text of textsOf([entries, told(), plan, answer])) expect(text).not.toMatch(acting);
  // One line each, whatever was said.
  expect(daemon.output()).not.toMatch(acting);
  const logged = daemon
    .output()
    .split('\n')
    .filter((line) => /owned/i.test(line));
  expect(logged.length, daemon.output()).toBeGreaterThan(0);
  for (const line of logged) expect(() => JSON.parse(line) as unknown).not.toThrow();
}, 400_000);
