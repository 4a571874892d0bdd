import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { every } from '../../src/edges/every.ts';
import { statePaths } from '../../src/edges/state-folder.ts';
import { receiver, status } from '../edges/notifiers/receiver.ts';
import { eventually, type World, world } from '../support/world.ts';

/** Secrets that are looked for wherever text leaves: each comes from another place. */
const canaries = {
  file: 'canary-of-a-file-4711',
  environment: 'canary-of-the-environment-4712',
  list: 'canary-of-an-env-file-4713',
  url: 'canary-of-a-url-4714',
  signing: 'canary-of-a-webhook-4715',
} as const;

let host: World;
let image: string;
beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web', { command: ['idle'] });
});
afterAll(() => host[Symbol.asyncDispose]());

/** Command lines of whatever a process starts, again and again until it is disposed of. */
function childrenOf(pid: number) {
  const seen = new Set<string>();
  const look = async (parent: number): Promise<void> => {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter((id) => id !== '')) {
      seen.add(await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => ''));
      await look(Number(child));
    }
  };
  const watch = every(20, () => look(pid));
  return { seen, [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
}

const textsIn = async (folder: string): Promise<readonly string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    found.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  );
};

const releases = {
  'a good one': { environment: { A: '${FILE}', B: '${ENVIRONMENT}', C: '${LIST}' } },
  'a folder of the host that is named like a secret': { volumes: ['/srv/${FILE}:/x', '/srv/${LIST}:/y:ro'] },
  'a key of the policy’s that holds a secret': { cgroup_parent: '${ENVIRONMENT}', sysctls: ['${LIST}=1'] },
  'a port that is a secret': { ports: ['${FILE}:80'] },
  'an image that is a secret': { image: 'localhost:9/${LIST}:1' },
  'a container that is named like a secret': { container_name: 'x-${LIST}', labels: { a: '${FILE}' } },
  'a container that tells its secrets, and ends': {
    environment: { A: '${FILE}', B: '${ENVIRONMENT}', C: '${LIST}' },
    command: ['sh', '-c', 'echo "$$A $$B $$C"; echo "$$C" >&2; exit 1'],
  },
};

test('no secret is in what leaves: output, entries, plans, status, the API’s answers, notifications, labels, command lines', async () => {
  await using hook = await receiver((response) => status(204)(response));
  host.environment['CANARY'] = canaries.environment;
  await writeFile(join(host.folder, 'secret.txt'), `${canaries.file}\n`);
  await writeFile(join(host.folder, 'app.env'), `LIST=${canaries.list}\n`);
  const repository = await host.repository('shop');
  const commit = (title: string, service: object) =>
    repository.commit({ 'compose.yaml': JSON.stringify({ services: { web: { image, ...service } } }) }, title);
  await commit('a good one', releases['a good one']);
  await host.configure(
    {
      shop: {
        url: repository.url,
        environment: { FILE: '${file:secret.txt}', ENVIRONMENT: '${CANARY}' },
        environment_file: 'app.env',
        health: { deadline: '3s', min_ready: '500ms' },
      },
    },
    {
      policy: { preset: 'homelab' },
      notifiers: [{ type: 'webhook', url: `${hook.origin}/${canaries.url}`, secret: canaries.signing }],
    },
  );
  const said: [string, string][] = [];
  const note = (what: string, text: string) => void said.push([what, text]);
  const ask = async (...args: string[]) => {
    const { stdout, stderr } = await host.run(...args);
    note(args.join(' '), `${stdout}${stderr}`);
  };
  await using daemon = await host.daemon();
  await using watched = childrenOf(daemon.pid);
  const shop = host.named('shop');
  const attempted = async (subject: string) =>
    expect((await host.log()).findLast((entry) => 'revision' in entry && entry.kind !== 'started')).toMatchObject({
      revision: { subject },
    });
  for (const [title, service] of Object.entries(releases)) {
    if (title !== 'a good one') await commit(title, service);
    await eventually(() => attempted(title), 90);
    await ask('plan', shop, '--json');
    await ask('why', shop);
  }
  // After the last one the release before comes back: what was listed a moment ago may be gone.
  const inspected = await eventually(async () => {
    const [container] = await host.containers('shop');
    return (await host.engine.inspect(container?.id ?? '')) as { Config: { Labels: object } };
  });
  note('labels', JSON.stringify(inspected.Config.Labels));
  for (const args of [
    ['status', '--json'],
    ['log', '--json', '--steps'],
    ['log', 'show', String((await host.log()).findLast(({ kind }) => kind === 'finished')?.seq)],
  ])
    await ask(...args);
  await eventually(() => expect(hook.seen.length).toBeGreaterThan(2), 60);
  note('notifications', JSON.stringify(hook.seen.map(({ headers, body }) => [headers, body])));
  daemon.signal('SIGTERM');
  await daemon.ended;
  note('the daemon', daemon.output());
  const { log, outbox, run } = statePaths(host.state);
  for (const folder of [log, outbox, run]) for (const text of await textsIn(folder)) note(folder, text);
  note('command lines', [...watched.seen].join('\n'));
  note('calls of Compose', (await host.composeCalls()).join('\n'));
  const found = Object.values(canaries).flatMap((secret) =>
    said
      .filter(([, text]) => text.includes(secret))
      .map(([what, text]) => {
        const at = text.indexOf(secret);
        return `${what}: ${text.slice(Math.max(0, at - 120), at + 60)}`;
      }),
  );
  expect(found).toEqual([]);
  // Something was looked at.
  expect(said.filter(([, text]) => text.includes('***')).length).toBeGreaterThan(5);
}, 400_000);
