import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { entriesOf, intentsWithoutOneOutcome } from '../support/crashes.ts';
import { type Daemon, eventually, light, type World, world } from '../support/world.ts';

const app = 'contended';
const together = 4;
let host: World;

beforeAll(async () => {
  host = await world();
  const repository = await host.repository(app);
  const image = await host.engine.image('web', { command: ['idle'] });
  await repository.commit({ 'compose.yaml': stringify({ services: { web: { image, ...light } } }) });
  await host.configure({ [app]: { url: repository.url } });
});

afterAll(() => host[Symbol.asyncDispose]());

/** Starts several at once; the one that stays. All others say who is there, and go. */
async function race(): Promise<Daemon> {
  const all = await Promise.all(Array.from({ length: together }, () => host.daemon()));
  const ended = new Set<Daemon>();
  for (const daemon of all) void daemon.ended.then(() => ended.add(daemon));
  await eventually(() => expect(ended.size).toBe(together - 1), 60);
  for (const loser of ended) {
    expect(loser.output()).toContain('is in use by');
    expect(loser.output()).not.toContain('Harbormaster runs');
    expect(await loser.ended).not.toBe(0);
  }
  const winner = all.find((daemon) => !ended.has(daemon));
  if (winner === undefined) throw new Error('none is left');
  await eventually(() => expect(winner.output()).toContain('Harbormaster runs'), 60);
  return winner;
}

test('of several daemons that are started at once one works, also right after its predecessor was killed', async () => {
  for (let round = 0; round < 3; round += 1) {
    const winner = await race();
    await eventually(async () => expect((await host.run('status')).stdout).toContain('matches Git'), 60);
    winner.signal('SIGKILL');
    await winner.ended;
  }
  expect(await host.containers(app)).toHaveLength(1);
  const entries = await entriesOf(host, app);
  expect(intentsWithoutOneOutcome(entries)).toEqual([]);
  expect(entries.filter(({ kind }) => kind === 'started')).toHaveLength(1);
  expect((await host.run('log', 'verify')).code).toBe(0);
});
