import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { entriesOf, intentsWithoutOneOutcome, stepBegins } from '../support/crashes.ts';
import { type Fault, type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import { eventually, light, type World, world } from '../support/world.ts';

const app = 'moved';
let host: World;
let front: FaultProxy;
let image: string;
let repository: Awaited<ReturnType<World['repository']>>;
let version = 0;

beforeAll(async () => {
  host = await world();
  const socket = join(host.folder, 'engine.sock');
  front = await faultProxy({ socketPath: host.engine.dockerHost.replace('unix://', '') }, socket);
  host.environment['DOCKER_HOST'] = `unix://${socket}`;
  image = await host.engine.image('web', { command: ['idle'] });
  repository = await host.repository(app);
  await host.configure({ [app]: { url: repository.url } });
  await push();
  await host.daemon();
  await eventually(runs, 60);
});

afterEach(() => front.behave('none'));

afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
  rmSync(join(host.folder, 'engine.sock'), { force: true });
});

async function push(): Promise<void> {
  version += 1;
  const service = { image, ...light, environment: { VERSION: version } };
  await repository.commit({ 'compose.yaml': stringify({ services: { web: service, side: service } }) });
}

/** Both services show the newest version, the record is whole, and the app is as Git declares. */
async function runs(): Promise<void> {
  const containers = await host.containers(app);
  expect(containers.map(({ name, state }) => `${name} ${state}`)).toEqual(
    ['side', 'web'].map((service) => `${host.named(app)}-${service}-1 running`),
  );
  for (const { id } of containers) expect(await host.engine.variable(id, 'VERSION')).toBe(`${version}`);
  expect(intentsWithoutOneOutcome(await entriesOf(host, app))).toEqual([]);
  expect((await host.run('status')).stdout).toContain('matches Git');
}

const lastSeq = async (): Promise<number> => (await entriesOf(host, app)).at(-1)?.seq ?? 0;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test.each<readonly [string, 'replace' | 'await', Fault, RegExp]>([
  ['answers nothing', 'replace', 'hang', /^/],
  ['closes every connection', 'await', 'drop', /^/],
  ['breaks off its answers', 'await', 'half', /json/],
  ['answers everything with 500', 'replace', 500, /^/],
  ['answers everything with 500', 'await', 500, /^/],
])(
  'an engine that %s for some seconds, from the step %s of a deployment on, comes to that release in the end',
  async (_title, act, fault, which) => {
    const after = await lastSeq();
    await push();
    await stepBegins(host.state, { act, after });
    const hit = front.hit();
    front.behave(fault, which);
    await eventually(() => expect(front.hit()).toBeGreaterThan(hit), 30);
    await pause(2000);
    front.behave('none');
    await eventually(runs, 90);
    expect((await host.run('log', 'verify')).code).toBe(0);
  },
);

test('an engine that takes half a second for every answer deploys all the same', async () => {
  front.behave({ slow: 500 });
  await push();
  await eventually(runs, 90);
});
