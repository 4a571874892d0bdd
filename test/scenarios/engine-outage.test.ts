import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import { delay, entriesOf, entriesOnDisk, intentsWithoutOneOutcome, stepBegins } from '../support/crashes.ts';
import { ghost } from '../support/ghost.ts';
import { canHaveEngines, type PrivateEngine, privateEngine } from '../support/private-engine.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let docker: PrivateEngine;
let host: World;
let image: string;
let repository: Awaited<ReturnType<World['repository']>>;

/** `moved` is deployed anew; `near` is looked at often, and `still` so rarely that whatever is back sooner is back because of events. */
const names = ['moved', 'near', 'still'];

/** `plain` has no restart policy: the engine leaves it dead. `eager` is started again by the engine itself. */
const compose = (version: number) =>
  stringify({
    services: {
      plain: { image, ...light, environment: { VERSION: version } },
      eager: { image, ...light, environment: { VERSION: version }, restart: 'unless-stopped' },
      // In a network; and so long takes its start that there is time to hurt the engine.
      slow: {
        image,
        stop_signal: 'SIGKILL',
        environment: { VERSION: version },
        healthcheck: { test: ['CMD', 'true'], interval: '3s' },
      },
    },
  });
/** Of the apps that are not deployed anew. */
const others = () =>
  stringify({ services: { plain: { image, ...light }, eager: { image, ...light, restart: 'unless-stopped' } } });
const running = (app: string) => ['eager running', 'plain running', ...(app === 'moved' ? ['slow running'] : [])];

const brief = (entry: Entry): string => {
  if (entry.kind === 'started') return `started ${entry.purpose}`;
  if (entry.kind !== 'finished' && entry.kind !== 'refused') return entry.kind;
  const { outcome } = entry;
  return `${entry.kind} ${outcome.kind}${outcome.kind === 'failed' ? ` ${outcome.code}` : ''}`;
};

describe.runIf(canHaveEngines)('an engine', () => {
  beforeAll(async () => {
    docker = await privateEngine();
    host = await world(docker.dockerHost);
    image = await host.engine.image('web', { command: ['idle'] });
    repository = await host.repository('moved');
    const still = await host.repository('still');
    await repository.commit({ 'compose.yaml': compose(1) });
    await still.commit({ 'compose.yaml': others() });
    await host.configure({
      moved: { url: repository.url },
      near: { url: still.url },
      still: { url: still.url, interval: '10m' },
    });
    await host.daemon();
    await eventually(async () => expect((await host.run('status')).stdout).toContain('all 3 apps'), 60);
  }, 120_000);

  afterEach(() => docker.revive());

  afterAll(async () => {
    await docker?.revive();
    await host?.[Symbol.asyncDispose]();
    await docker?.[Symbol.asyncDispose]();
  }, 90_000);

  const lastSeq = async (): Promise<number> => (await entriesOnDisk(host.state)).at(-1)?.seq ?? 0;
  const since = async (app: string, after: number) => (await entriesOf(host, app)).filter(({ seq }) => seq > after);
  const states = async (app: string) => (await host.containers(app)).map(({ service, state }) => `${service} ${state}`);
  const idsOfAll = () => Promise.all(names.map((name) => host.ids(name)));

  async function allIsWell(): Promise<void> {
    for (const app of names) expect(await states(app)).toEqual(running(app));
    expect((await host.run('status')).stdout).toContain('all 3 apps');
  }

  async function runs(version: number): Promise<void> {
    const { plain = '' } = await host.ids('moved');
    expect(await host.engine.variable(plain, 'VERSION')).toBe(`${version}`);
  }

  /** The record is whole, and each app tells of the outage once, if it met it at all. */
  async function recordIsRight(after: number): Promise<void> {
    expect(intentsWithoutOneOutcome(await entriesOnDisk(host.state))).toEqual([]);
    for (const app of names) {
      const refused = (await since(app, after)).filter(({ kind }) => kind === 'refused').map(brief);
      expect(['', 'refused failed engine-unreachable']).toContain(refused.join());
    }
    expect((await host.run('log', 'verify')).code).toBe(0);
  }

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'that goes by %s and comes back has its containers back, and nothing was deployed',
    async (signal) => {
      const ids = await idsOfAll();
      const after = await lastSeq();
      docker.signal(signal);
      await docker.ended();
      await eventually(async () =>
        expect((await since('near', after)).map(brief)).toContain('refused failed engine-unreachable'),
      );
      const status = await host.run('status');
      expect(status.code).toBe(1);
      expect(status.stderr).toContain('cannot be reached');
      await docker.start();
      await eventually(allIsWell, 60);
      expect(await idsOfAll()).toEqual(ids);
      const begun = (await entriesOnDisk(host.state)).filter(({ seq, kind }) => seq > after && kind === 'started');
      expect(new Set(begun.map(brief))).toEqual(new Set(['started heal']));
      await recordIsRight(after);
    },
  );

  test.each([
    ['SIGTERM', 'replace'],
    ['SIGKILL', 'await'],
  ] as const)(
    'that goes by %s at the step %s of a deployment deploys that release when it is back',
    async (signal, act) => {
      const after = await lastSeq();
      await repository.commit({ 'compose.yaml': compose(after) });
      const { intent } = await stepBegins(host.state, { act, after });
      await delay(150);
      docker.signal(signal);
      await docker.ended();
      await delay(1000);
      await docker.start();
      await eventually(async () => {
        await allIsWell();
        await runs(after);
      }, 60);
      const outcome = (await since('moved', after)).find(
        (entry) => entry.kind === 'finished' && entry.intent === intent,
      );
      // No fault of the release: else it were quarantined.
      expect(outcome).toMatchObject({ outcome: { kind: 'failed', code: 'engine-unreachable' } });
      await recordIsRight(after);
    },
  );

  test('that is frozen in the middle of a deployment lets every call end and status answer, and goes on when it thaws', async () => {
    const after = await lastSeq();
    await repository.commit({ 'compose.yaml': compose(after) });
    const { intent } = await stepBegins(host.state, { act: 'await', after });
    await docker.freeze();
    const frozen = performance.now();
    const status = await host.run('status');
    expect(performance.now() - frozen).toBeLessThan(60_000);
    expect(status).toMatchObject({ code: 1, stderr: expect.stringContaining('did not answer') });
    expect((await host.run('healthcheck')).code).toBe(0);
    await eventually(async () => {
      const found = (await since('moved', after)).find((entry) => entry.kind === 'finished' && entry.intent === intent);
      expect(found).toMatchObject({ outcome: { kind: 'failed', code: 'engine-unreachable' } });
      expect((await since('near', after)).map(brief)).toEqual(['refused failed engine-unreachable']);
    }, 60);
    expect(performance.now() - frozen).toBeLessThan(90_000);
    docker.thaw();
    await eventually(async () => {
      await allIsWell();
      await runs(after);
    }, 60);
    expect((await since('near', after)).map(brief)).toEqual(['refused failed engine-unreachable', 'recovered']);
    await recordIsRight(after);
  });

  test('that lists a container for ever which it has removed cannot make its successor; that is told, with what to do, and done after a restart', async () => {
    await using own = await world(docker.dockerHost);
    const app = own.named('haunted');
    const web = await own.engine.image('web');
    const { url, commit } = await own.repository('haunted');
    await commit({ 'compose.yaml': stringify({ services: { web: { image: web, ...light } } }) });
    await own.configure({ haunted: { url } });
    const id = (await ghost(own.engine, web, app, 'web')).slice(0, 12);

    const began = performance.now();
    const { code, stdout, stderr } = await own.run('apply', app);
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(`the engine lists a container ${id} of web, which it has removed`);
    expect(stdout + stderr).toContain('systemctl restart docker');
    expect((await own.run('status', app)).stdout).toContain(`the engine lists a container ${id} of web`);

    docker.signal('SIGTERM');
    await docker.ended();
    await docker.start();
    expect(await own.apply('haunted')).toEqual({ haunted: { kind: 'applied' } });
    expect((await own.containers('haunted')).map(({ name, state }) => `${name} ${state}`)).toEqual([
      `${app}-web-1 running`,
    ]);
  });
});
