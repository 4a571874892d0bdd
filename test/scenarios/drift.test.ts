import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import { githubPush } from '../support/forges.ts';
import { freePort } from '../support/free-port.ts';
import { type Daemon, eventually, type World, world } from '../support/world.ts';

let host: World;
let image: string;
let daemon: Daemon;
let origin: string;
let url: string;

/** Git is looked at so rarely that whatever is back sooner is back because of an event. */
const interval = '10m';
/** Seconds. */
const soon = 15;
const secret = 'a secret of some length';

const compose = (environment: Readonly<Record<string, string>> = {}) =>
  stringify({
    services: {
      web: { image, stop_signal: 'SIGKILL', environment, mem_limit: '64m', networks: ['front', 'back'] },
      side: { image, stop_signal: 'SIGKILL', networks: ['front'] },
    },
    networks: { front: {}, back: {} },
  });

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
  const repository = await host.repository('drift');
  await repository.commit({ 'compose.yaml': compose({ COLOR: 'red' }) });
  url = repository.url;
  const app = { url, interval };
  const listen = `127.0.0.1:${await freePort()}`;
  origin = `http://${listen}`;
  host.environment['WEBHOOK_SECRET'] = secret;
  await host.configure(
    { kept: app, told: { ...app, drift: 'report' }, left: { ...app, drift: 'ignore' } },
    { api: { listen }, webhooks: { forge: { type: 'github', secret: '${WEBHOOK_SECRET}' } } },
  );
  daemon = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('all 3 apps'));
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const webOf = async (app: string) => {
  const found = (await host.containers(app)).find(({ service }) => service === 'web');
  if (found === undefined) throw new Error(`no web of ${app}`);
  return found;
};

const entriesOf = async (app: string): Promise<readonly Entry[]> =>
  (await host.log()).filter((entry) => 'app' in entry && entry.app === host.named(app));

/** The heal that ends last, with what it was begun for. */
async function lastHeal(app: string, after: number) {
  const entries = (await entriesOf(app)).filter(({ seq }) => seq > after);
  expect(entries.at(-1)).toMatchObject({ kind: 'finished', purpose: 'heal', outcome: { kind: 'applied' } });
  const begun = entries.findLast((entry) => entry.kind === 'started');
  return { seq: begun?.seq ?? 0, acts: begun?.kind === 'started' ? begun.steps.map(({ kind }) => kind) : [] };
}

const lastSeq = async (app: string): Promise<number> => (await entriesOf(app)).at(-1)?.seq ?? 0;

describe('what is changed by hand is put right by the smallest act, at once', () => {
  test.each([
    ['killed', (id: string) => host.engine.kill(id), 'start', /found exited \(137\)/],
    ['stopped', (id: string) => host.engine.act(id, 'stop'), 'start', /found exited/],
    ['paused', (id: string) => host.engine.act(id, 'pause'), 'mend', /unpause/],
    ['renamed', (id: string) => host.engine.act(id, `rename?name=${host.named('other-name')}`), 'mend', /renamed|name/],
    [
      'given other limits',
      (id: string) => host.engine.act(id, 'update', { Memory: 128 * 2 ** 20, MemorySwap: 256 * 2 ** 20 }),
      'mend',
      /limits\.memory \(128 MB, was 64 MB\)/,
    ],
  ])('a container that was %s', async (_, change, act, because) => {
    const before = await webOf('kept');
    const details = await host.engine.inspect(before.id);
    const seq = await lastSeq('kept');
    await change(before.id);
    const heal = await eventually(() => lastHeal('kept', seq), soon);
    expect(heal.acts).toEqual([act, 'await']);
    const { stdout } = await host.run('log', 'show', String(heal.seq));
    expect(stdout).toMatch(because);
    expect(await webOf('kept')).toMatchObject({ id: before.id, name: before.name, state: 'running' });
    expect((await host.engine.inspect(before.id))['HostConfig']).toEqual(details['HostConfig']);
  });

  test('a container that was disconnected from a network, with its names there, also while a push is told of', async () => {
    const before = await webOf('kept');
    const seq = await lastSeq('kept');
    const network = `${host.named('kept')}_back`;
    await host.engine.api.send({
      method: 'POST',
      path: `/networks/${network}/disconnect`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Container: before.id }),
    });
    // Within the moment that the engine's events are gathered in: the look at Git that follows looks into no container.
    await new Promise((resolve) => setTimeout(resolve, 40));
    const push = githubPush({ secret, repository: url.replace(/\.git$/, '') });
    expect((await fetch(`${origin}/webhooks/forge`, { method: 'POST', ...push })).status).toBe(202);
    await eventually(() => lastHeal('kept', seq), soon);
    expect((await webOf('kept')).id).toBe(before.id);
    const { NetworkSettings } = (await host.engine.inspect(before.id)) as {
      NetworkSettings: { Networks: Record<string, { Aliases: string[] }> };
    };
    expect(NetworkSettings.Networks[network]?.Aliases).toContain('web');
  });

  test('a container that was removed is made again, and its neighbour is left alone', async () => {
    const before = await host.ids('kept');
    const seq = await lastSeq('kept');
    await host.engine.rm(before['web'] ?? '');
    const { acts } = await eventually(() => lastHeal('kept', seq), soon);
    expect(acts).toEqual(['create', 'await']);
    expect((await host.ids('kept'))['side']).toBe(before['side']);
  });

  test('a container that somebody made anew with another environment is replaced; the value is in no record', async () => {
    const before = await webOf('kept');
    const seq = await lastSeq('kept');
    const { Config, HostConfig } = (await host.engine.inspect(before.id)) as { Config: object; HostConfig: object };
    // Else it would be back before somebody could take its place.
    await daemon.freeze();
    await host.engine.rm(before.id);
    await host.engine.run(before.name, image, { ...Config, Env: ['COLOR=hunter2'], HostConfig });
    daemon.signal('SIGCONT');
    await eventually(async () => {
      const details = (await host.engine.inspect((await webOf('kept')).id)) as { Config: { Env: string[] } };
      expect(details.Config.Env).toContain('COLOR=red');
      await lastHeal('kept', seq);
    });
    const { stdout } = await host.run('log', '--json', '--limit', '1000');
    expect(stdout).not.toContain('hunter2');
  });

  test('a further container with the labels of ours goes, the first one stays', async () => {
    const before = await webOf('kept');
    const seq = await lastSeq('kept');
    const { Config, HostConfig } = (await host.engine.inspect(before.id)) as { Config: object; HostConfig: object };
    const extra = await host.engine.run(host.named('kept-extra'), image, { ...Config, HostConfig });
    await eventually(() => lastHeal('kept', seq), soon);
    const ids = (await host.containers('kept')).map(({ id }) => id);
    expect(ids).toContain(before.id);
    expect(ids).not.toContain(extra);
  });

  test('Harbormaster’s own acts are no drift: after a deployment nothing more is written', async () => {
    const seq = await lastSeq('kept');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await lastSeq('kept')).toBe(seq);
    // Nobody has touched these yet.
    for (const app of ['told', 'left'])
      expect((await entriesOf(app)).map(({ kind }) => kind)).toEqual(['started', 'finished']);
    expect(daemon.output()).not.toContain('"level":50');
  });
});

describe('drift that nobody wants corrected', () => {
  test('is told once under `drift: report`, corrected for who names the app, and then over', async () => {
    const { id } = await webOf('told');
    await host.engine.kill(id);
    const drifted = await eventually(async () => {
      const entry = (await entriesOf('told')).at(-1);
      expect(entry).toMatchObject({ kind: 'drifted', state: 'reported', causes: ['web: found exited (137)'] });
      return entry;
    }, soon);
    await host.engine.act(id, `rename?name=${host.named('told-web-9')}`);
    expect(await webOf('told')).toMatchObject({ state: 'exited' });
    const why = await host.run('why', host.named('told'));
    expect(why.stdout).toContain(`harbormaster apply ${host.named('told')}`);
    expect((await entriesOf('told')).at(-1)?.seq).toBeGreaterThanOrEqual(drifted?.seq ?? 0);
    expect(await host.apply('told')).toEqual({ told: { kind: 'applied' } });
    expect(await webOf('told')).toMatchObject({ id, state: 'running' });
    expect((await host.run('status', host.named('told'))).stdout).toContain('match');
  });

  test('is left, and shown, under `drift: ignore`', async () => {
    const { id } = await webOf('left');
    const seq = await lastSeq('left');
    await host.engine.kill(id);
    await eventually(async () => {
      const { stdout } = await host.run('status', host.named('left'));
      expect(stdout).toContain('web: found exited (137)');
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await webOf('left')).toMatchObject({ id, state: 'exited' });
    expect(await lastSeq('left')).toBe(seq);
  });
});
