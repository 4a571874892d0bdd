import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { HostStatus } from '../../src/model/report.ts';
import { eventually, light, world } from '../support/world.ts';

const four = ['slow-1', 'slow-2', 'slow-3', 'slow-4'] as const;
const others = ['open', 'newer', 'held', 'quiet', 'gone', 'back'] as const;
const untilReady = { healthcheck: { test: ['CMD', 'test', '-f', '/ready'], interval: '1s', start_period: '5m' } };
const health = { deadline: '5m', min_ready: '500ms' };

test('what people and Git say while deployments wait for their turn counts: what was forbidden does not begin, and only the newest is deployed', async () => {
  await using host = await world();
  const image = await host.engine.image('web');
  const repositories = new Map<string, Awaited<ReturnType<typeof host.repository>>>();
  const push = async (app: string, version: string, more: object = {}): Promise<void> => {
    const repository = repositories.get(app) ?? (await host.repository(app));
    repositories.set(app, repository);
    const web = { image, ...light, environment: { VERSION: version }, ...more };
    await repository.commit({ 'compose.yaml': stringify({ services: { web } }) }, version);
  };
  const declare = (apps: readonly string[]) =>
    host.configure(Object.fromEntries(apps.map((app) => [app, { url: repositories.get(app)?.url, health }])));
  const says = async (verb: string, app: string, ...more: string[]) =>
    expect(await host.run(verb, host.named(app), '--reason', 'because', ...more)).toMatchObject({ code: 0 });
  const why = async (app: string) => (await host.run('why', host.named(app))).stdout;
  /** What was begun, of which commit, and how it ended, the oldest first. */
  const operations = async (app: string) => {
    const entries = (await host.journal()).filter((entry) => 'app' in entry && entry.app === host.named(app));
    const outcomes = new Map(
      entries.flatMap((entry) => (entry.kind === 'finished' ? [[entry.intent, entry.outcome.kind]] : [])),
    );
    return entries.flatMap((entry) =>
      entry.kind === 'started'
        ? [`${entry.purpose} ${entry.revision?.subject ?? 'it'} ${outcomes.get(entry.seq)}`]
        : [],
    );
  };
  const declared = async () => {
    const { apps } = JSON.parse((await host.run('status', '--json')).stdout) as HostStatus;
    return apps.map(({ app }) => app);
  };
  const awaiting = async () =>
    (await host.journal()).flatMap((entry) => (entry.kind === 'step' && entry.act === 'await' ? [entry.app] : []));

  for (const app of others) await push(app, 'one');
  await declare(others);
  await using daemon = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain(`all ${others.length} apps`));
  await push('back', 'two');
  await eventually(async () => expect(await host.version('back')).toBe('two'));

  // There is room for four at once, and these take it until they are ready.
  for (const app of four) await push(app, 'one', untilReady);
  await declare([...others, ...four]);
  await eventually(async () => expect(await awaiting()).toEqual(expect.arrayContaining(four.map(host.named))));
  for (const app of others) await push(app, 'next');
  for (const app of others)
    await eventually(async () => expect(await why(app)).toContain('At work now: waits for its turn'));

  await says('hold', 'held');
  await says('suspend', 'quiet');
  await says('rollback', 'back', '--hold');
  // Whoever goes back does not wait until the others are ready.
  expect(await host.version('back')).toBe('one');
  await push('newer', 'newest');
  await eventually(async () => expect(await operations('newer')).toContain('deploy next superseded'));
  await declare([...others.filter((app) => app !== 'gone'), ...four]);
  await eventually(async () => expect(await declared()).not.toContain(host.named('gone')));

  for (const app of four) await host.engine.exec((await host.ids(app))['web'] ?? '', ['touch', '/ready']);
  await eventually(async () => expect(await host.version('open')).toBe('next'));
  await eventually(async () => expect(await host.version('newer')).toBe('newest'));
  await eventually(async () => expect(await host.containers('gone')).toEqual([]));
  await eventually(async () => {
    for (const app of ['held', 'quiet', 'back']) expect(await why(app)).not.toContain('At work now');
  });
  expect(await host.version('held')).toBe('one');
  for (const app of ['held', 'quiet']) expect(await operations(app)).toEqual(['deploy one applied']);
  const removed = ['deploy one applied', 'remove it applied'];
  await eventually(async () => expect(await operations('gone')).toEqual(removed));
  const wayBack = ['deploy one applied', 'deploy two applied', 'deploy next superseded', 'rollback one applied'];
  expect(await operations('back')).toEqual(wayBack);
  // That the older one was overtaken is told; nothing was done for it.
  const overtaken = ['deploy one applied', 'deploy next superseded', 'deploy newest applied'];
  await eventually(async () => expect(await operations('newer')).toEqual(overtaken));

  await says('release', 'held');
  await says('resume', 'quiet');
  for (const app of ['held', 'quiet']) await eventually(async () => expect(await host.version(app)).toBe('next'));
  expect((await host.run('log', 'verify')).code).toBe(0);
  expect(daemon.output()).not.toContain('unexpectedly');
});
