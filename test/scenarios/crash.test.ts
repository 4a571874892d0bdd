import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EntryOf } from '../../src/model/entry.ts';
import type { Step } from '../../src/model/plan.ts';
import { delay, entriesOf, intentsWithoutOneOutcome, kill, seeded, stepBegins } from '../support/crashes.ts';
import type { GitRig } from '../support/git-rig.ts';
import { type RegistryRig, registryRig } from '../support/registry-rig.ts';
import { type Daemon, eventually, type World, world } from '../support/world.ts';

const app = 'crash';
const random = seeded(20_261_121);

let host: World;
let registry: RegistryRig;
let repository: GitRig & { readonly url: string };
let image: string;
let daemon: Daemon;
let stranger: string;

/** What a commit may change, each with a number; what it does not name stays. */
interface Version {
  /** Another image to pull, with an anonymous volume. */
  readonly tag: number;
  /** Another image to build. */
  readonly context: number;
  /** Another content of a mounted file. */
  readonly page: number;
  /** Another definition of the network. */
  readonly network: number;
  /** One service goes, another one comes. */
  readonly extra: number;
  /** Another environment of all. */
  readonly all: number;
}

let version: Version = { tag: 1, context: 1, page: 1, network: 1, extra: 1, all: 1 };

const filesOf = ({ tag, context, page, network, extra, all }: Version, db: string) => ({
  'compose.yaml': stringify({
    services: {
      db: {
        image: db,
        environment: { VERSION: all },
        volumes: ['data:/data'],
        healthcheck: { test: ['CMD', 'true'], interval: '1s' },
        networks: ['back'],
      },
      job: {
        image,
        command: ['true'],
        environment: { VERSION: all },
        network_mode: 'disabled',
        depends_on: { db: { condition: 'service_healthy' } },
      },
      web: {
        build: './image',
        environment: { VERSION: all },
        volumes: ['./page:/www:ro'],
        networks: ['back'],
        depends_on: { job: { condition: 'service_completed_successfully' } },
      },
      // It takes a second to stop.
      [`extra-${extra}`]: {
        image,
        command: ['idle'],
        network_mode: 'disabled',
        stop_signal: 'SIGUSR1',
        stop_grace_period: '1s',
      },
    },
    networks: { back: { internal: network % 2 === 0 } },
    volumes: { data: {} },
  }),
  'image/Dockerfile': `FROM ${image}\nRUN echo ${context} > /context\n`,
  'page/index.html': `page ${page}`,
  tag: String(tag),
});

async function push(changes: readonly (keyof Version)[]): Promise<void> {
  version = { ...version, ...Object.fromEntries(changes.map((change) => [change, version[change] + 1])) };
  const name = `${registry.host}/${host.engine.prefix}/db:${version.tag}`;
  if (changes.includes('tag')) await publish(version.tag);
  await repository.commit(filesOf(version, name));
}

const publish = (tag: number) =>
  registry.publish(`${host.engine.prefix}/db:${tag}`, {
    variant: String(tag),
    command: ['idle'],
    changes: ['VOLUME /anonymous'],
  });

beforeAll(async () => {
  host = await world();
  registry = await registryRig(host.engine.api);
  image = await host.engine.image('base');
  repository = await host.repository(app);
  await host.configure({ [app]: { url: repository.url } });
  await publish(1);
  await push([]);
  stranger = await host.engine.run(host.named('stranger'), image, { Cmd: ['idle'] });
  daemon = await host.daemon();
  await eventually(async () => expect((await entriesOf(host, app)).at(-1)).toMatchObject(applied), 60);
  const { db = '' } = await host.ids(app);
  await host.engine.exec(db, ['sh', '-c', 'echo named > /data/marker; echo anonymous > /anonymous/marker']);
}, 120_000);

afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const applied = { kind: 'finished', outcome: { kind: 'applied' } };

const lastSeq = async (): Promise<number> => (await entriesOf(host, app)).at(-1)?.seq ?? 0;

/** Kills Harbormaster so many milliseconds into a step, at most; gives the intent, and the step that it was at then. */
async function killedAt(act: Step['kind'], purpose: EntryOf<'started'>['purpose'], after: number, within: number) {
  const step = await stepBegins(host.state, { act, purpose, after });
  await delay(within * random());
  await kill(daemon);
  const entries = await entriesOf(host, app);
  const intent = entries.find((entry) => entry.seq === step.intent);
  const last = entries.findLast((entry) => entry.kind === 'step' && entry.intent === step.intent);
  if (intent?.kind !== 'started' || last?.kind !== 'step') throw new Error('no intent before the step');
  expect(
    entries.some((entry) => entry.kind === 'finished' && entry.intent === intent.seq),
    'killed too late',
  ).toBe(false);
  return { intent, step: last.title };
}

/** After the next start: the record is whole, the release of the intent runs, and nothing was lost or left behind. */
async function converged(release: string | undefined, { intent, step }: Awaited<ReturnType<typeof killedAt>>) {
  await eventually(async () => {
    const last = (await entriesOf(host, app)).at(-1);
    expect(last).toMatchObject({ kind: 'finished', release, outcome: { kind: 'applied' } });
  }, 60);
  const entries = await entriesOf(host, app);
  expect(entries.filter((entry) => entry.kind === 'finished' && entry.intent === intent.seq)).toMatchObject([
    { outcome: { kind: 'interrupted', step } },
  ]);
  expect(intentsWithoutOneOutcome(entries)).toEqual([]);
  expect((await host.run('log', 'verify')).code).toBe(0);
  await intact();
}

/** One container per service, all of the version that was pushed last, and both volumes with what was in them. */
async function intact(wanted: Version = version): Promise<void> {
  const containers = await host.containers(app);
  expect(containers.map(({ name, state, exitCode = '' }) => `${name} ${state}${exitCode}`)).toEqual(
    ['db-1 running', `extra-${wanted.extra}-1 running`, 'job-1 exited0', 'web-1 running'].map(
      (container) => `${host.named(app)}-${container}`,
    ),
  );
  const { db = '', web = '' } = await host.ids(app);
  const said = (id: string, command: string) => host.engine.exec(id, ['sh', '-c', command]);
  expect(await said(db, 'cat /data/marker /anonymous/marker /www/index.html; echo " $VERSION"')).toBe(
    `named\nanonymous\n${wanted.tag} ${wanted.all}\n`,
  );
  expect(await said(web, 'cat /context /www/index.html; echo " $VERSION"')).toBe(
    `${wanted.context}\npage ${wanted.page} ${wanted.all}\n`,
  );
  const { State, RestartCount } = (await host.engine.inspect(stranger)) as { State: object; RestartCount: number };
  expect({ ...State, RestartCount }).toMatchObject({ Running: true, RestartCount: 0 });
}

const everyPart: readonly (keyof Version)[] = ['tag', 'context', 'page', 'network', 'extra', 'all'];

describe('kill -9 in the middle of a deployment: the next start finishes the same release', () => {
  test.each<readonly [Step['kind'], readonly (keyof Version)[], number]>([
    ['pull', ['tag'], 10],
    ['build', ['context'], 200],
    ['files', ['page'], 3],
    ['stop', ['network'], 300],
    ['remove-network', ['network'], 20],
    ['create', ['extra'], 500],
    ['replace', ['all'], 800],
    ['replace', everyPart, 1500],
    ['await', ['all'], 900],
    ['remove', ['extra'], 300],
  ])('at the step %s of a change of %j, within %i ms', async (act, changes, within) => {
    const after = await lastSeq();
    await push(changes);
    const killed = await killedAt(act, 'deploy', after, within);
    daemon = await host.daemon();
    await converged(killed.intent.release, killed);
  });
});
