import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesOnDisk } from '../support/crashes.ts';
import { peakOf } from '../support/memory-limit.ts';
import { eventually, type World, world } from '../support/world.ts';

let host: World;
let image: string;
beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web', { command: ['idle'] });
});
afterAll(() => host[Symbol.asyncDispose]());

const megabyte = 1024 ** 2;
const service = (name: string): string => `  ${name}: {image: "${image}", stop_signal: SIGKILL}\n`;

/** A compose file that nobody means well with, and what is said of it. */
const hostile = (): Readonly<Record<string, readonly [compose: string, said: RegExp]>> => ({
  huge: [`services:\n${service('web')}${`# ${'x'.repeat(1022)}\n`.repeat(30 * 1024)}`, /is larger than/],
  deep: [`services:\n${service('web')}x-a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, /is nested too deep/],
  bomb: [
    [
      'x-a: &a [x, x, x, x, x, x, x, x, x]\n',
      ...[...'bcdefghi'].map((name, at) => `x-${name}: &${name} [${`*${'abcdefgh'[at]}, `.repeat(9)}]\n`),
      `services:\n${service('web')}`,
    ].join(''),
    /uses one YAML anchor more than/,
  ],
  many: [
    `services:\n${Array.from({ length: 2_000 }, (_, at) => service(`s${at}`)).join('')}`,
    /and 262144 fit into one entry/,
  ],
});

test('compose files of tens of megabytes, of endless nesting, bombs of anchors and thousands of services end in a clear error, and the app beside them is deployed', async () => {
  const repository = await host.repository('bounds');
  const folders = Object.entries(hostile()).map(([name, [compose]]) => [`${name}/compose.yaml`, compose] as const);
  const large = Buffer.alloc(40 * megabyte, 'x');
  await repository.commit({
    ...Object.fromEntries(folders),
    'well/compose.yaml': `services:\n${service('web')}`,
    'well/large': large,
  });
  const apps = [...Object.keys(hostile()), 'well'];
  await host.configure(
    Object.fromEntries(apps.map((app) => [app, { url: repository.url, path: app, interval: '5s' }])),
  );
  const daemon = await host.daemon();
  const endings = async (app: string) =>
    (await entriesOnDisk(host.state)).flatMap((entry) =>
      (entry.kind === 'refused' || entry.kind === 'finished') && entry.app === host.named(app) ? [entry.outcome] : [],
    );
  await eventually(async () => {
    expect(await endings('well')).toMatchObject([{ kind: 'applied' }]);
    for (const app of apps) expect(await endings(app), `${app} ${daemon.output().slice(-2000)}`).not.toEqual([]);
  }, 120);
  for (const [app, [, said]] of Object.entries(hostile())) {
    const [outcome] = await endings(app);
    expect(outcome, app).toMatchObject({ kind: 'failed', message: expect.stringMatching(said) });
  }
  expect(peakOf(daemon.pid)).toBeLessThan(220);
}, 300_000);
