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

/** Ninety services that share ten thousand variables. */
const wide = (): string =>
  [
    `x-a: &a\n  image: "${image}"\n  environment:\n`,
    ...Array.from({ length: 10_000 }, (_, at) => `    V${at}: ""\n`),
    'services:\n',
    ...Array.from({ length: 90 }, (_, at) => `  s${at}: *a\n`),
  ].join('');

/** A compose file that nobody means well with, or the `.env` beside it, and what is said of it. */
const hostile = (): Readonly<Record<string, readonly [compose: string, said: RegExp, env?: string]>> => ({
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
  // Which of its limits ends it is a matter of the machine's speed.
  wide: [wide(), /needs more than a rendering may use|did not render the file within/],
  again: [
    `include: [{path: more.yaml, env_file: [${'.env, '.repeat(40_000)}]}]\nservices:\n${service('web')}`,
    /would read more than 2 MiB/,
    'A=b\n'.repeat(50_000),
  ],
  doubled: [
    `services:\n${service('web')}`,
    /longer by more than 131072 characters/,
    `A0=${'x'.repeat(40)}\n${Array.from({ length: 60 }, (_, at) => `A${at + 1}=$A${at}$A${at}\n`).join('')}`,
  ],
});

test('compose files of tens of megabytes, of endless nesting, bombs of anchors and of variables, and thousands of services end in a clear error, and the app beside them is deployed', async () => {
  const repository = await host.repository('bounds');
  const folders = Object.entries(hostile()).flatMap(([name, [compose, , env]]) => [
    [`${name}/compose.yaml`, compose] as const,
    ...(env === undefined ? [] : [[`${name}/.env`, env] as const]),
  ]);
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
