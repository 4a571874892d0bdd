import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { processesOf } from '../edges/git/processes.ts';
import { program, startProgram } from '../support/program.ts';
import { eventually, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/** Stopping it takes as long as it is given. */
const stubborn = (version: string) => ({
  image,
  command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
  stop_grace_period: '8s',
  environment: { VERSION: version },
});
const compose = (version: string) => stringify({ services: { a: stubborn(version), b: stubborn(version) } });

/** Every Compose that acts for this host, and its guard. */
const upAlive = async () => (await processesOf(host.state)).filter((line) => line.includes(' up --detach '));

/** Applies version 2 over a running version 1, and dies while Compose waits for the old containers' end. Gives their ids. */
async function dieWhileStopping(app: string) {
  const repository = await host.repository(app);
  await repository.commit({ 'compose.yaml': compose('1') });
  await host.configure({ [app]: { url: repository.url } });
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'applied' } });
  const before = await host.ids(app);
  await repository.commit({ 'compose.yaml': compose('2') });
  const killed = startProgram([program, 'apply', host.named(app)], host.environment);
  const ended = new Promise((resolve) => killed.on('exit', resolve));
  // The successors are made before the old ones are asked to stop.
  await eventually(async () => expect((await host.containers(app)).length).toBe(4));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await upAlive()).not.toEqual([]);
  killed.kill('SIGKILL');
  await ended;
  return { repository, before };
}

async function expectRunning(app: string): Promise<void> {
  expect((await host.containers(app)).map(({ name, state }) => [name, state])).toEqual([
    [`${host.named(app)}-a-1`, 'running'],
    [`${host.named(app)}-b-1`, 'running'],
  ]);
  expect(await host.apply(app)).toEqual({ [app]: { kind: 'unchanged' } });
  expect(await upAlive()).toEqual([]);
}

const converged = { kind: expect.stringMatching('applied|unchanged') };

test('kill -9 while Compose stops a container: no Compose goes on, and the next pass converges at once', async () => {
  const { before } = await dieWhileStopping('orphan');
  const next = host.apply('orphan');
  await eventually(async () => expect(await upAlive()).toEqual([]), 2);
  expect(await next).toMatchObject({ orphan: converged });
  const after = await host.ids('orphan');
  for (const service of ['a', 'b']) expect(after[service]).not.toBe(before[service]);
  await expectRunning('orphan');
});

test('what the engine goes on stopping after kill -9 is not taken for running, also where Git wants it again', async () => {
  const { repository } = await dieWhileStopping('revert');
  await repository.commit({ 'compose.yaml': compose('1') });
  expect(await host.apply('revert')).toMatchObject({ revert: converged });
  // By then the engine has killed what it was stopping, whatever the pass made of it.
  await new Promise((resolve) => setTimeout(resolve, 8500));
  await expectRunning('revert');
});
