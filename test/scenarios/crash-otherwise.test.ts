import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EntryOf } from '../../src/model/entry.ts';
import type { Step } from '../../src/model/plan.ts';
import { delay, entriesOf, intentsWithoutOneOutcome, kill, seeded, stepBegins } from '../support/crashes.ts';
import type { GitRig } from '../support/git-rig.ts';
import { program } from '../support/program.ts';
import { type Daemon, eventually, light, type World, world } from '../support/world.ts';

const app = 'crash';
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const random = seeded(1121);

let host: World;
let image: string;
let repository: GitRig & { readonly url: string };
let daemon: Daemon;

/** `command` undefined: it runs well. */
const compose = (version: string, web: object = {}) =>
  stringify({
    services: {
      web: {
        image,
        ...light,
        environment: { VERSION: version },
        mem_limit: '64m',
        volumes: ['data:/data', './page:/www:ro'],
        ...web,
      },
      side: { image, ...light, environment: { VERSION: version } },
    },
    volumes: { data: {} },
  });

const push = (version: string, web?: object) =>
  repository.commit({ 'compose.yaml': compose(version, web), 'page/index.html': version });

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('base', { command: ['idle'], changes: ['VOLUME /anonymous'] });
  repository = await host.repository(app);
  await host.configure({ [app]: { url: repository.url } });
  await push('one');
  daemon = await host.daemon();
  await eventually(async () => expect((await entriesOf(host, app)).at(-1)).toMatchObject({ kind: 'finished' }), 60);
  const { web = '' } = await host.ids(app);
  await host.engine.exec(web, ['sh', '-c', 'echo named > /data/marker; echo anonymous > /anonymous/marker']);
}, 120_000);

// One that failed while its daemon was dead must not make those after it fail, too.
afterEach(async () => {
  host.git.behave('normal');
  const isDead = await Promise.race([daemon.ended.then(() => true), delay(0).then(() => false)]);
  if (isDead) daemon = await host.daemon();
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const lastSeq = async (): Promise<number> => (await entriesOf(host, app)).at(-1)?.seq ?? 0;

/** Kills Harbormaster so many milliseconds into a step, at most; gives the intent, and the step that it was at then. */
async function killedAt(act: Step['kind'], purpose: EntryOf<'started'>['purpose'], after: number, within: number) {
  const { intent } = await stepBegins(host.state, { act, purpose, after });
  await delay(within * random());
  await kill(daemon);
  const entries = await entriesOf(host, app);
  expect(
    entries.some((entry) => entry.kind === 'finished' && entry.intent === intent),
    'killed too late',
  ).toBe(false);
  const last = entries.findLast((entry) => entry.kind === 'step' && entry.intent === intent);
  return { intent, step: last?.kind === 'step' ? last.title : '' };
}

async function outcomeOf(intent: number) {
  const [outcome, second] = (await entriesOf(host, app)).filter(
    (entry) => entry.kind === 'finished' && entry.intent === intent,
  );
  expect(second).toBeUndefined();
  return outcome?.kind === 'finished' ? outcome.outcome : undefined;
}

/** All runs in this version, nothing is left over, nothing was lost, and the record is whole. */
async function runsWell(version: string, last: 'applied' | 'anything' = 'applied'): Promise<void> {
  await eventually(async () => {
    const found = (await host.containers(app)).map(({ name, state }) => `${name} ${state}`);
    expect(found).toEqual([`${host.named(app)}-side-1 running`, `${host.named(app)}-web-1 running`]);
    const entries = await entriesOf(host, app);
    expect(intentsWithoutOneOutcome(entries)).toEqual([]);
    if (last === 'applied') expect(entries.at(-1)).toMatchObject({ kind: 'finished', outcome: { kind: 'applied' } });
    const { web = '' } = await host.ids(app);
    expect(await host.engine.variable(web, 'VERSION')).toBe(version);
    const command = 'cat /data/marker /anonymous/marker /www/index.html';
    expect(await host.engine.exec(web, ['sh', '-c', command])).toBe(`named\nanonymous\n${version}`);
  }, 60);
  expect((await host.run('log', 'verify')).code).toBe(0);
}

const webId = async (): Promise<string> => (await host.ids(app))['web'] ?? '';

describe('kill -9 in the middle of a heal: the next start corrects the same drift', () => {
  test.each<readonly [Step['kind'], () => Promise<void>, number]>([
    ['start', async () => host.engine.kill(await webId()), 30],
    ['mend', async () => host.engine.act(await webId(), `rename?name=${host.named('elsewhere')}`), 10],
    ['create', async () => host.engine.rm((await host.ids(app))['side'] ?? ''), 500],
    ['await', async () => host.engine.kill(await webId()), 500],
  ])('at its step %s', async (act, harm, within) => {
    const after = await lastSeq();
    await harm();
    const { intent, step } = await killedAt(act, 'heal', after, within);
    daemon = await host.daemon();
    await eventually(async () => expect(await outcomeOf(intent)).toEqual({ kind: 'interrupted', step }));
    await eventually(async () => {
      expect((await host.containers(app)).map(({ state }) => state)).toEqual(['running', 'running']);
      expect((await host.run('status')).stdout).toContain('matches Git');
    });
    await eventually(async () => expect(intentsWithoutOneOutcome(await entriesOf(host, app))).toEqual([]));
    const begun = (await entriesOf(host, app)).filter((entry) => entry.seq > after && entry.kind === 'started');
    expect(begun.map((entry) => entry.kind === 'started' && entry.purpose)).not.toContain('deploy');
  });
});

describe('kill -9 on the way back', () => {
  test.each<readonly [Step['kind'], number]>([
    ['files', 2],
    ['replace', 700],
    ['await', 150],
  ])('from a bad release, at the step %s: the next start brings the good one back', async (act, within) => {
    const good = `good-${act}`;
    await push(good);
    await runsWell(good);
    const after = await lastSeq();
    await push(`bad-${act}`, { command: ['crash', '3'] });
    const { intent, step } = await killedAt(act, 'restore', after, within);
    daemon = await host.daemon();
    await eventually(async () => expect(await outcomeOf(intent)).toEqual({ kind: 'interrupted', step }));
    // What was killed late had put all back already.
    await runsWell(good, 'anything');
    const begun = (await entriesOf(host, app)).flatMap((entry) =>
      entry.seq > after && entry.kind === 'started' ? [entry.purpose] : [],
    );
    expect(begun.slice(0, 2)).toEqual(['deploy', 'restore']);
    expect(begun.slice(2)).not.toContain('deploy');
    expect((await host.run('why', host.named(app))).stdout).toContain('not tried again');
  });

  test.each<readonly [Step['kind'], number]>([
    ['replace', 700],
    ['await', 150],
  ])(
    'that a person asked for, at the step %s, goes on: the next start comes to what was asked for, and stays there',
    async (act, within) => {
      const [older, newer] = [`older-${act}`, `newer-${act}`];
      for (const version of [older, newer]) {
        await push(version);
        await runsWell(version);
      }
      const after = await lastSeq();
      const asked = host.run('rollback', host.named(app), '--reason', 'it is slow');
      const { intent, step } = await killedAt(act, 'rollback', after, within);
      const { code, stderr } = await asked;
      expect(code).toBe(1);
      expect(stderr).toContain('daemon went away');
      daemon = await host.daemon();
      await eventually(async () => expect(await outcomeOf(intent)).toEqual({ kind: 'interrupted', step }));
      await runsWell(older, 'anything');
      await eventually(async () => expect((await host.run('why', host.named(app))).stdout).toContain('it is slow'));
    },
  );
});

test('kill -9 in mid-replace with Git out of reach afterwards: what was begun is finished from disk', async () => {
  const after = await lastSeq();
  await push('without-git');
  const { intent, step } = await killedAt('replace', 'deploy', after, 500);
  host.git.behave(503);
  daemon = await host.daemon();
  await runsWell('without-git');
  expect(await outcomeOf(intent)).toEqual({ kind: 'interrupted', step });
});

/** The `up` of Compose that this daemon runs. */
function composeOf({ pid }: Daemon): number {
  const found = readdirSync('/proc').find((name) => {
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      return parent === pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('\0up\0');
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('no Compose process yet');
  return Number(found);
}

test('kill -9 of Compose in mid-replace: Harbormaster goes on, says so, and deploys the same release by itself', async () => {
  // A fast machine may be done with it before it is killed.
  for (let number = 1; number <= 5; number += 1) {
    const after = await lastSeq();
    const version = `without-compose-${number}`;
    await push(version);
    const { intent } = await stepBegins(host.state, { act: 'replace', after });
    const compose = await eventually(() => composeOf(daemon), 5).catch(() => undefined);
    await delay(200 * random());
    if (compose !== undefined) endAtOnce(compose);
    await eventually(async () => expect(await outcomeOf(intent)).toBeDefined());
    const outcome = await outcomeOf(intent);
    await runsWell(version);
    if (outcome?.kind === 'applied') continue;
    expect(outcome).toMatchObject({ kind: 'failed', step: expect.stringContaining('replace') });
    return;
  }
  throw new Error('Compose was always done before it could be killed');
});

/** Whoever has ended by himself needs none of it. */
function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('SIGTERM', () => {
  test('in the middle of a health wait ends it at once, and the next start takes the same release to its end', async () => {
    const after = await lastSeq();
    await push('slow-health', { healthcheck: { test: ['CMD', 'true'], interval: '6s' } });
    const { intent } = await stepBegins(host.state, { act: 'await', after });
    await endsSoon(intent, 'await');
    daemon = await host.daemon();
    await runsWell('slow-health');
  });

  test('in the middle of a replace step lets it finish first', async () => {
    const after = await lastSeq();
    await push('mid-replace');
    const { intent } = await stepBegins(host.state, { act: 'replace', after });
    await delay(100);
    await endsSoon(intent, 'replace');
    expect((await host.containers(app)).map(({ state }) => state)).toEqual(['running', 'running']);
    daemon = await host.daemon();
    await runsWell('mid-replace');
  });

  /** Within seconds, in good order, with all running, and with its outcome written by itself. */
  async function endsSoon(intent: number, during: string): Promise<void> {
    const before = performance.now();
    daemon.signal('SIGTERM');
    expect(await daemon.ended, during).toBe(0);
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await outcomeOf(intent)).toMatchObject({ kind: 'interrupted' });
    expect((await host.containers(app)).every(({ state }) => state === 'running')).toBe(true);
  }
});

describe('another Harbormaster on the same state', () => {
  async function undisturbed(restart: () => Promise<void>): Promise<void> {
    await eventually(async () => expect((await host.run('status')).stdout).toContain('matches Git'));
    const [ids, entries] = [await host.ids(app), await entriesOf(host, app)];
    const calls = (await host.composeCalls()).length;
    daemon.signal('SIGTERM');
    expect(await daemon.ended).toBe(0);
    await restart();
    await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
    // Several passes.
    await delay(3000);
    expect(await host.ids(app)).toEqual(ids);
    expect(await entriesOf(host, app)).toEqual(entries);
    expect((await host.composeCalls()).slice(calls).filter((call) => !call.startsWith('version'))).toEqual([]);
    expect((await host.run('status')).stdout).toContain('matches Git');
  }

  test('started anew disturbs no app', () =>
    undisturbed(async () => {
      daemon = await host.daemon();
    }));

  test('of another version disturbs no app', () =>
    undisturbed(async () => {
      const other = join(host.folder, 'harbormaster.cjs');
      const built = readFileSync(program, 'utf8');
      writeFileSync(other, built.replaceAll(`"${manifest.version}"`, '"99.0.0"'));
      daemon = await host.daemon(other);
      await eventually(() => expect(daemon.output()).toContain('"version":"99.0.0"'));
    }));
});
