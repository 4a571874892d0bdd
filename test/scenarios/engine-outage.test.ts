import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import { delay, entriesOf, entriesOnDisk, intentsWithoutOneOutcome, stepBegins } from '../support/crashes.ts';
import { canHaveEngines, type PrivateEngine, privateEngine } from '../support/private-engine.ts';
import { type Daemon, eventually, type World, world } from '../support/world.ts';

let docker: PrivateEngine;
let host: World;
let image: string;
let daemon: Daemon;
let repository: Awaited<ReturnType<World['repository']>>;

/** `plain` has no restart policy: the engine leaves it dead. `eager` is started again by the engine itself. */
const compose = (version: number) =>
  stringify({
    services: {
      plain: { image, stop_signal: 'SIGKILL', environment: { VERSION: version } },
      eager: { image, stop_signal: 'SIGKILL', environment: { VERSION: version }, restart: 'unless-stopped' },
      // So long takes its start that there is time to hurt the engine.
      slow: {
        image,
        stop_signal: 'SIGKILL',
        environment: { VERSION: version },
        healthcheck: { test: ['CMD', 'true'], interval: '3s' },
      },
    },
  });

describe.runIf(canHaveEngines)('an engine that goes away', () => {
  beforeAll(async () => {
    docker = await privateEngine();
    host = await world(docker.dockerHost);
    image = await host.engine.image('web', { command: ['idle'] });
    repository = await host.repository('moved');
    const still = await host.repository('still');
    await repository.commit({ 'compose.yaml': compose(1) });
    await still.commit({ 'compose.yaml': compose(1) });
    await host.configure({
      moved: { url: repository.url },
      // Looked at so rarely that whatever is back sooner is back because of events.
      still: { url: still.url, interval: '10m' },
    });
    daemon = await host.daemon();
    await eventually(async () => expect((await host.run('status')).stdout).toContain('all 2 apps'), 60);
  }, 120_000);

  afterEach(() => docker.revive());

  afterAll(async () => {
    await docker?.revive();
    await host?.[Symbol.asyncDispose]();
    await docker?.[Symbol.asyncDispose]();
  }, 60_000);

  const lastSeq = async (): Promise<number> => (await entriesOnDisk(host.state)).at(-1)?.seq ?? 0;
  const since = async (app: string, after: number) => (await entriesOf(host, app)).filter(({ seq }) => seq > after);
  const states = async (app: string) => (await host.containers(app)).map(({ service, state }) => `${service} ${state}`);
  const allRun = ['eager running', 'plain running', 'slow running'];

  const brief = (entry: Entry): string => {
    if (entry.kind === 'started') return `started ${entry.purpose}`;
    if (entry.kind !== 'finished' && entry.kind !== 'refused') return entry.kind;
    const { outcome } = entry;
    return `${entry.kind} ${outcome.kind}${outcome.kind === 'failed' ? ` ${outcome.code}` : ''}`;
  };

  /** The record is whole, and of the outage itself each app says so once. */
  async function recordIsRight(after: number): Promise<void> {
    expect(intentsWithoutOneOutcome(await entriesOnDisk(host.state))).toEqual([]);
    for (const app of ['moved', 'still']) {
      const refused = (await since(app, after)).filter(({ kind }) => kind === 'refused');
      expect(refused.map(brief)).toEqual(refused.slice(0, 1).map(() => 'refused failed engine-unreachable'));
    }
    expect((await host.run('log', 'verify')).code).toBe(0);
  }

  async function told(after: number): Promise<void> {
    for (const app of ['moved', 'still'])
      console.log(
        app,
        (await since(app, after))
          .filter(({ kind }) => kind !== 'step')
          .map(
            (e) =>
              `${e.at.slice(17, 23)} ${brief(e)} ${'outcome' in e && e.outcome.kind === 'failed' ? e.outcome.message : ''}`,
          ),
      );
  }

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'in peace, by %s, and comes back: its containers are back, and nothing was deployed',
    async (signal) => {
      const ids = [await host.ids('moved'), await host.ids('still')];
      const after = await lastSeq();
      docker.signal(signal);
      await docker.ended();
      await delay(2500);
      const status = await host.run('status');
      expect(status.code).toBe(1);
      expect(status.stderr).toContain('the Docker engine');
      await docker.start();
      const began = Date.now();
      await eventually(async () => {
        expect(await states('moved')).toEqual(allRun);
        expect(await states('still')).toEqual(allRun);
      });
      await eventually(async () => expect((await host.run('status')).stdout).toContain('all 2 apps'));
      console.log(signal, 'back after', Date.now() - began);
      await told(after);
      expect([await host.ids('moved'), await host.ids('still')]).toEqual(ids);
      const begun = [...(await since('moved', after)), ...(await since('still', after))].filter(
        (entry) => entry.kind === 'started',
      );
      expect(begun.filter(({ purpose }) => purpose !== 'heal')).toEqual([]);
      await recordIsRight(after);
    },
  );

  test.each([
    ['SIGTERM', 'replace'],
    ['SIGKILL', 'replace'],
    ['SIGTERM', 'await'],
    ['SIGKILL', 'await'],
  ] as const)(
    'by %s in the middle of a deployment, at its step %s: the release is deployed once it is back',
    async (signal, act) => {
      const after = await lastSeq();
      const version = after;
      await repository.commit({ 'compose.yaml': compose(version) });
      const { intent } = await stepBegins(host.state, { act, after });
      await delay(150);
      docker.signal(signal);
      await docker.ended();
      await delay(1000);
      await docker.start();
      await eventually(async () => {
        expect(await states('moved')).toEqual(allRun);
        expect((await host.run('status')).stdout).toContain('all 2 apps');
        const { plain = '' } = await host.ids('moved');
        expect(await host.engine.exec(plain, ['sh', '-c', 'echo $VERSION'])).toBe(`${version}\n`);
      }, 60);
      await told(after);
      const outcome = (await since('moved', after)).find(
        (entry) => entry.kind === 'finished' && entry.intent === intent,
      );
      expect(outcome).toMatchObject({ outcome: { kind: 'failed' } });
      await recordIsRight(after);
    },
  );

  test('frozen in the middle of a deployment: every call ends, status answers, and all goes on when it thaws', async () => {
    const after = await lastSeq();
    await repository.commit({ 'compose.yaml': compose(after) });
    await stepBegins(host.state, { act: 'await', after });
    docker.signal('SIGSTOP');
    const frozen = Date.now();
    const status = await host.run('status');
    console.log('status took', Date.now() - frozen, status);
    expect(Date.now() - frozen).toBeLessThan(15_000);
    expect(status.code).toBe(1);
    expect(status.stderr).toContain('did not answer');
    const healthcheck = await host.run('healthcheck');
    expect(healthcheck.code).toBe(0);
    await eventually(
      async () =>
        expect((await since('moved', after)).at(-1)).toMatchObject({ kind: 'finished', outcome: { kind: 'failed' } }),
      60,
    );
    console.log('failed after', Date.now() - frozen);
    await eventually(async () => expect((await since('still', after)).at(-1)).toMatchObject({ kind: 'refused' }), 60);
    console.log('still refused after', Date.now() - frozen);
    await delay(5000);
    docker.signal('SIGCONT');
    const thawed = Date.now();
    await eventually(async () => {
      expect((await host.run('status')).stdout).toContain('all 2 apps');
      const { plain = '' } = await host.ids('moved');
      expect(await host.engine.exec(plain, ['sh', '-c', 'echo $VERSION'])).toBe(`${after}\n`);
    }, 60);
    console.log('thawed', Date.now() - thawed);
    await told(after);
    await recordIsRight(after);
  });
});
