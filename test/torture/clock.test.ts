import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { entriesOf } from '../support/crashes.ts';
import { eventually, light, type World, world } from '../support/world.ts';
import { type TortureProgram, tortureProgram } from './program.ts';

const app = 'timed';
const hour = 3_600_000;
let host: World;
let program: TortureProgram;
let image: string;
let repository: Awaited<ReturnType<World['repository']>>;
let version = 0;

beforeAll(async () => {
  host = await world();
  program = await tortureProgram(host);
  image = await host.engine.image('web', { command: ['idle'] });
  repository = await host.repository(app);
  await host.configure({ [app]: { url: repository.url } });
  await push();
  await host.daemon(program.build);
  await eventually(runs, 60);
});

afterAll(() => host[Symbol.asyncDispose]());

async function push(): Promise<void> {
  version += 1;
  const service = { image, ...light, environment: { VERSION: version } };
  await repository.commit({ 'compose.yaml': stringify({ services: { web: service } }) });
}

async function runs(): Promise<void> {
  const [web, other] = await host.containers(app);
  expect([web?.state, other]).toEqual(['running', undefined]);
  expect(await host.engine.variable(web?.id ?? '', 'VERSION')).toBe(`${version}`);
  expect((await entriesOf(host, app)).at(-1)).toMatchObject({ kind: 'finished', outcome: { kind: 'applied' } });
}

/** Several intervals went by in which the Git server was asked. */
async function looksSeveralTimes(): Promise<void> {
  const asked = host.git.requests.length;
  await eventually(() => expect(host.git.requests.length).toBeGreaterThanOrEqual(asked + 3), 30);
}

test.each([
  ['a day forward', 24 * hour],
  ['an hour backward from there', 23 * hour],
  ['to an hour before it began', -hour],
  ['back to what it is', 0],
])(
  'when the clock jumps %s nothing is deployed for that, no interval is lost, and what comes is deployed and healed',
  async (_title, clockOff) => {
    const before = await entriesOf(host, app);
    const lives = await host.lives(app);
    await program.order({ id: `${clockOff}`, clockOff });
    await looksSeveralTimes();
    expect(await host.lives(app)).toEqual(lives);
    expect(await entriesOf(host, app)).toEqual(before);
    await push();
    await eventually(runs, 30);
    const { web = '' } = await host.ids(app);
    await host.engine.rm(web);
    await eventually(async () => expect(await host.ids(app)).not.toMatchObject({ web }), 30);
    await eventually(runs, 30);
    const after = await entriesOf(host, app);
    // What was written stays as it was; what is new says what the clock said.
    expect(after.slice(0, before.length)).toEqual(before);
    const off = Date.parse(after.at(-1)?.at ?? '') - Date.now() - clockOff;
    expect(Math.abs(off)).toBeLessThan(hour / 2);
    expect((await host.run('log', 'verify')).code).toBe(0);
  },
);
