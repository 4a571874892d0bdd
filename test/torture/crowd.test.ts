import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { HostStatus } from '../../src/model/report.ts';
import { residentMemory } from '../soak/memory.ts';
import { entriesOnDisk } from '../support/crashes.ts';
import { eventually, type World, world } from '../support/world.ts';

const count = 200;
/** Megabytes. What it takes with one app is about 60. */
const most = { heap: 96, resident: 220 };
let host: World;

beforeAll(async () => {
  host = await world();
});

afterAll(() => host[Symbol.asyncDispose]());

const names = Array.from({ length: count }, (_, at) => `app-${at}`);

/** Most are no YAML; of ten one is refused by Compose, and one by the policy. */
function broken(at: number, image: string): string {
  if (at % 10 === 1) return stringify({ services: { web: { image, no_such_key: 1 } } });
  if (at % 10 === 2) return stringify({ services: { web: { image, privileged: true } } });
  return 'services: [\n';
}

test(`${count} apps that fail at once each have their entry, and take no more memory than they may; one that is mended then runs`, async () => {
  const image = await host.engine.image('web', { command: ['idle'] });
  const repository = await host.repository('many');
  await repository.commit(Object.fromEntries(names.map((name, at) => [`${name}/compose.yaml`, broken(at, image)])));
  await host.configure(
    Object.fromEntries(names.map((name) => [name, { url: repository.url, path: name, interval: '2s' }])),
  );
  host.environment['NODE_OPTIONS'] = `--max-old-space-size=${most.heap} --max-semi-space-size=1`;
  const daemon = await host.daemon();
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, residentMemory(daemon.pid) ?? 0)), 100);
  const refused = async () => {
    const entries = await entriesOnDisk(host.state);
    return new Set(entries.flatMap((entry) => (entry.kind === 'refused' ? [entry.app] : [])));
  };
  await eventually(async () => expect((await refused()).size).toBe(count), 150);
  await repository.commit({
    'app-0/compose.yaml': stringify({ services: { web: { image, stop_signal: 'SIGKILL' } } }),
  });
  await eventually(async () => expect(await host.containers('app-0')).toMatchObject([{ state: 'running' }]), 120);
  await eventually(async () => {
    const { apps } = JSON.parse((await host.run('status', '--json')).stdout) as HostStatus;
    expect(apps.filter(({ blockedBy }) => blockedBy.length > 0)).toHaveLength(count - 1);
  }, 60);
  clearInterval(sampling);
  // Each failure is one transition for each of the two commits, however often it was met.
  const met = (await entriesOnDisk(host.state)).flatMap((entry) =>
    entry.kind === 'refused' ? [`${entry.app} ${entry.revision?.commit}`] : [],
  );
  expect(new Set(met).size).toBe(met.length);
  expect(peak).toBeGreaterThan(20);
  expect(peak).toBeLessThan(most.resident);
  expect((await host.run('log', 'verify')).code).toBe(0);
}, 300_000);
