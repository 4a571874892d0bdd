import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import { receiver, status } from '../edges/notifiers/receiver.ts';
import { entriesOnDisk } from '../support/crashes.ts';
import { type MemoryLimit, memoryLimit, peakOf } from '../support/memory-limit.ts';
import { eventually, light, type World, world } from '../support/world.ts';

/** MB: of the daemon's own heap, of the daemon, and of it with all that it starts. */
const limits = { heap: 64, daemon: 180, all: 400 };

/** How an app fails, how many do, and what is written down of it. */
const failures = {
  missing: { count: 110, kind: 'refused', code: 'compose-missing' },
  broken: { count: 40, kind: 'refused', code: 'compose-invalid' },
  denied: { count: 30, kind: 'refused', code: 'denied' },
  pulled: { count: 16, kind: 'finished', code: 'image-unavailable' },
  crashed: { count: 4, kind: 'finished', code: 'unhealthy' },
} as const;
type Failure = keyof typeof failures;
const kinds = Object.keys(failures) as readonly Failure[];
const well = ['well-1', 'well-2', 'well-3'];

let host: World;
let image: string;
let limit: MemoryLimit;
beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web', { command: ['idle'] });
  limit = memoryLimit(host.engine.prefix, limits.all * 1024 ** 2);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  limit[Symbol.dispose]();
});

const nameOf = (kind: Failure, number: number): string => `${kind}-${number}`;
const failing = kinds.flatMap((kind) => Array.from({ length: failures[kind].count }, (_, at) => nameOf(kind, at + 1)));
const failureOf = (app: string) => failures[kinds.find((kind) => app.includes(`-${kind}-`)) ?? 'missing'];

function composeOf(app: string): string {
  const web = { image, ...light };
  const [kind] = app.split('-');
  if (kind === 'broken') return stringify({ services: { web: { ...web, ports: 'all of them' } } });
  if (kind === 'denied') return stringify({ services: { web: { ...web, privileged: true } } });
  // Nobody listens there.
  if (kind === 'pulled')
    return stringify({ services: { web: { image: `127.0.0.1:9/nothing@sha256:${'0'.repeat(64)}` } } });
  if (kind === 'crashed') return stringify({ services: { web: { ...web, command: ['crash', '3'] } } });
  return stringify({ services: { web } });
}

const endings = (entries: readonly Entry[], app: string) =>
  entries.flatMap((entry) =>
    (entry.kind === 'refused' || entry.kind === 'finished') && entry.app === app ? [entry] : [],
  );

test(`${failing.length} apps that fail at once under a memory limit are each told once, and keep no other app from being deployed`, async () => {
  expect(failing).toHaveLength(200);
  await using hook = await receiver(status(204));
  const repository = await host.repository('crowd');
  const files = [...failing, ...well]
    .filter((app) => !app.startsWith('missing'))
    .map((app) => [`${app}/compose.yaml`, composeOf(app)]);
  await repository.commit(Object.fromEntries(files));
  const health = { deadline: '6s', min_ready: '500ms' };
  const apps = [...failing, ...well].map((app) => [app, { url: repository.url, path: app, health, interval: '5s' }]);
  const secret = 'a-secret-of-some-length';
  await host.configure(Object.fromEntries(apps), { notifiers: [{ type: 'webhook', url: hook.url, secret }] });
  host.environment['NODE_OPTIONS'] = `--max-old-space-size=${limits.heap}`;
  const daemon = await host.daemon();
  limit.add(daemon.pid);
  const full = failing.map(host.named);
  const told = () => hook.seen.map(({ body }) => JSON.parse(body) as { event: string; app: string });
  await eventually(async () => {
    const entries = await entriesOnDisk(host.state);
    expect(full.filter((app) => endings(entries, app).length === 0).slice(0, 5), daemon.output().slice(-3000)).toEqual(
      [],
    );
    for (const app of well) {
      expect(await host.containers(app)).toMatchObject([{ state: 'running' }]);
      expect(endings(entries, host.named(app))).toHaveLength(1);
    }
    expect(new Set(told().map(({ app }) => app)).size).toBe(full.length);
  }, 300);
  // Several passes over all of them, in which nothing is new.
  const asked = host.git.requests.length;
  await eventually(() => expect(host.git.requests.length).toBeGreaterThanOrEqual(asked + 2), 60);
  const peak = peakOf(daemon.pid);
  const { stdout } = await host.run('status', '--json');
  expect((JSON.parse(stdout) as { apps: unknown[] }).apps).toHaveLength(full.length + well.length);
  const entries = await entriesOnDisk(host.state);
  for (const app of full) {
    const { kind, code } = failureOf(app);
    const found = endings(entries, app);
    expect(
      found.map((entry) => entry.kind),
      app,
    ).toEqual([kind]);
    expect(JSON.stringify(found[0]?.outcome), app).toContain(code);
  }
  expect(
    told()
      .map(({ app }) => app)
      .toSorted(),
  ).toEqual(full.toSorted());
  for (const app of well) expect(endings(entries, host.named(app))).toMatchObject([{ outcome: { kind: 'applied' } }]);
  expect((await host.run('log', 'verify')).code).toBe(0);
  daemon.signal('SIGTERM');
  expect(await daemon.ended).toBe(0);
  expect(limit.killed()).toBe(0);
  expect(peak).toBeLessThan(limits.daemon);
}, 600_000);
