import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually, world } from '../support/world.ts';

const preload = fileURLToPath(new URL('../support/event-loop-delay.cjs', import.meta.url));

interface Sample {
  /** Milliseconds since the process began. */
  readonly at: number;
  readonly longest: number;
  readonly cpu: number;
}

/** Nothing of it is to run: what is measured is Harbormaster, not the engine. */
const service = { image: '', deploy: { replicas: 0 }, environment: { A: 'b' } };

/** Milliseconds of computing at a stretch. A rendering of each app at once took 1400. */
const limit = 900;
/** Milliseconds at a stretch in which others have the machine, too. */
const waiting = 5_000;

test('nothing blocks the event loop while a hundred apps are loaded, rendered and compared', async () => {
  await using host = await world();
  const image = await host.engine.image('web');
  const file = join(host.folder, 'event-loop');
  Object.assign(host.environment, { NODE_OPTIONS: `--require=${preload}`, EVENT_LOOP_FILE: file });
  const repository = await host.repository('many');
  const names = Array.from({ length: 100 }, (_, index) => `app-${index}`);
  const services = { web: { ...service, image }, side: { ...service, image } };
  const files = names.map((name) => [`${name}/compose.yaml`, stringify({ services })]);
  await repository.commit(Object.fromEntries(files));
  await host.configure(Object.fromEntries(names.map((name) => [name, { url: repository.url, path: name }])));
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.composeCalls()).length).toBeGreaterThanOrEqual(names.length), 90);
  // At an interval of a second all of them are compared again, some times.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const samples = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);
  // The first one is the program itself being loaded.
  const delays = samples.slice(1).map(({ longest }) => longest);
  // On a busy machine the loop stands still without anybody computing in it.
  const computing = samples
    .slice(1)
    .map(({ longest, cpu }, index) => Math.min(longest, cpu - (samples[index]?.cpu ?? 0)));
  console.info(`delays of the event loop in ms: ${delays.join(' ')}; CPU ${samples.at(-1)?.cpu} ms`);
  expect(delays.length).toBeGreaterThan(10);
  expect(Math.max(...computing)).toBeLessThan(limit);
  expect(Math.max(...delays)).toBeLessThan(waiting);
});
