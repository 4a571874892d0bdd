import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { Follower, Ref } from '../../src/model/app.ts';
import type { Following } from '../../src/model/configuration.ts';
import type { Source } from '../../src/ports.ts';
import { followConfiguration } from '../../src/reconcile/follow-configuration.ts';
import { createSightings } from '../../src/reconcile/sightings.ts';
import { ManualClock, silentLogger } from '../support/fakes.ts';

const down = new HarborError('it does not answer', { code: 'source-unreachable' });

const repository = (id: string) => ({
  id,
  url: `https://git.example.com/${id}.git`,
  credentials: { kind: 'none' } as const,
  certificateAuthority: undefined,
});
const ref = (name: string): Ref => ({ kind: 'branch', name });

const following = (name: string, id = 'hosts', interval = 60_000): Following => ({
  name: ` ${name}`,
  repository: repository(id),
  ref: ref('main'),
  interval,
});

/** On which no sleep ends by itself. */
class StillClock extends ManualClock {
  override sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  }
}

/** Git in memory: a commit, or a failure, for each repository. Each look is one request of one repository, by names. */
function rig(follows: readonly Following[], clock = new ManualClock()) {
  const commits: Record<string, string | Error> = { hosts: 'c1', apps: 'a1' };
  const requests: string[][] = [];
  const look = async (followers: readonly Follower[]) => {
    requests.push(followers.map(({ name }) => name));
    return new Map(followers.map(({ name, repository: { id } }) => [name, commits[id] ?? down]));
  };
  const source = { look } as Partial<Source> as Source;
  const sightings = createSightings({ source, clock, random: () => 0.5, follows: () => follows });
  return { commits, requests, clock, sightings };
}

describe('what is followed', () => {
  test('is looked for by whoever asks first, and not again while it was seen lately', async () => {
    const config = following('configuration');
    const { sightings, requests, clock, commits } = rig([config]);
    expect(await sightings.commit(config)).toBe('c1');
    commits['hosts'] = 'c2';
    clock.advance(59_000);
    expect(await sightings.commit(config)).toBe('c1');
    expect(requests).toHaveLength(1);
    clock.advance(2_000);
    expect(await sightings.commit(config)).toBe('c2');
  });

  test('is found out about in the very request that looks for apps of its repository, and in no other', async () => {
    const config = following('configuration');
    const { sightings, requests, commits, clock } = rig([config]);
    await sightings.commit(config);
    const app = (name: string, id: string): Follower => ({ name, repository: repository(id), ref: ref('next') });
    commits['hosts'] = 'c2';
    clock.advance(30_000);
    const answers = await sightings.source.look([app('shop', 'hosts')]);
    expect([...answers]).toEqual([['shop', 'c2']]);
    await sightings.source.look([app('blog', 'apps')]);
    expect(requests).toEqual([[' configuration'], ['shop', ' configuration'], ['blog']]);
    expect(sightings.isNews(config)).toBe(true);
    expect(await sightings.commit(config)).toBe('c2');
    expect(sightings.isNews(config)).toBe(false);
    expect(requests).toHaveLength(3);
  });

  test('is news once for each change, also to a failure and back; the same failure in other words is none', async () => {
    const config = following('configuration');
    const { sightings, commits } = rig([config]);
    await sightings.commit(config);
    const seen = async (answer: string | Error) => {
      commits['hosts'] = answer;
      await sightings.look([config]);
      return sightings.isNews(config);
    };
    expect(await seen('c1')).toBe(false);
    expect(await seen(down)).toBe(true);
    await expect(sightings.commit(config)).rejects.toBe(down);
    expect(await seen(new HarborError('it is still away', { code: 'source-unreachable' }))).toBe(false);
    expect(await seen('c1')).toBe(true);
  });

  test('is news again after its interval where what was taken up could not be had', async () => {
    const config = following('configuration');
    const { sightings, clock } = rig([config]);
    await sightings.commit(config);
    sightings.again(config);
    expect(sightings.isNews(config)).toBe(false);
    clock.advance(60_000);
    expect(sightings.isNews(config)).toBe(true);
  });

  test('a look that brings news of it waits until somebody who follows it has taken that up, and for nobody else', async () => {
    const config = following('configuration');
    const { sightings, commits } = rig([config], new StillClock());
    const shop: Follower = { name: 'shop', repository: repository('hosts'), ref: ref('main') };
    await sightings.commit(config);
    commits['hosts'] = 'c2';
    await sightings.source.look([shop]);
    await sightings.commit(config);
    const stop = new AbortController();
    const takenUp = sightings.followed(stop.signal);
    commits['hosts'] = 'c3';
    const order: string[] = [];
    const looking = sightings.source.look([shop]).then(() => order.push('looked'));
    await new Promise((resolve) => setImmediate(resolve));
    // Somebody took up what was news before.
    takenUp();
    await new Promise((resolve) => setImmediate(resolve));
    order.push('read');
    await sightings.commit(config);
    takenUp();
    await looking;
    expect(order).toEqual(['read', 'looked']);
    // Also where somebody else saw it, and is reading it.
    commits['hosts'] = 'c4';
    await sightings.look([config]);
    await sightings.commit(config);
    const late = sightings.source.look([shop]).then(() => order.push('looked'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('read');
    takenUp();
    await late;
    expect(order.slice(2)).toEqual(['read', 'looked']);
  });

  test('is due at once after a hint, also where a look is under way that began before it', async () => {
    const [config, folders] = [following('configuration'), following('folders', 'apps')];
    const { sightings, requests } = rig([config, folders]);
    await sightings.look([config, folders]);
    expect(sightings.dueIn(config)).toBeGreaterThan(0);
    const looking = sightings.source.look([{ name: 'shop', repository: repository('hosts'), ref: ref('main') }]);
    sightings.hint([config]);
    await looking;
    expect([sightings.dueIn(config), sightings.dueIn(folders) > 0]).toEqual([0, true]);
    await sightings.look([config]);
    expect(sightings.dueIn(config)).toBeGreaterThan(0);
    expect(requests).toHaveLength(4);
  });

  test('is not what a slow server answers late to an earlier look', async () => {
    const config = following('configuration');
    const answers: ((commit: string) => void)[] = [];
    const look = (followers: readonly Follower[]) =>
      new Promise((resolve) => {
        answers.push((commit) => resolve(new Map(followers.map(({ name }) => [name, commit]))));
      });
    const source = { look } as Partial<Source> as Source;
    const clock = new ManualClock();
    const sightings = createSightings({ source, clock, random: () => 0.5, follows: () => [config] });
    const [early, late] = [sightings.look([config]), sightings.look([config])];
    answers[1]?.('new');
    await late;
    answers[0]?.('old');
    await early;
    expect(await sightings.commit(config)).toBe('new');
  });

  test('is looked for at once after a person asked', async () => {
    const config = following('configuration');
    const { sightings, commits } = rig([config]);
    await sightings.commit(config);
    commits['hosts'] = 'c2';
    sightings.forget();
    expect(await sightings.commit(config)).toBe('c2');
  });
});

test('each is looked at at its own interval, those of one repository in one request; what moved is read anew once', async () => {
  const follows = [following('configuration'), following('folders'), following('apps', 'apps', 20_000)];
  const { sightings, requests, commits, clock } = rig(follows);
  const stop = new AbortController();
  const moves: number[] = [];
  const begun = clock.elapsed();
  const takeUp = () => Promise.all(follows.map((one) => sightings.commit(one).catch(() => undefined)));
  await takeUp();
  requests.length = 0;
  commits['hosts'] = 'c2';
  await followConfiguration({
    sightings,
    follows: () => follows,
    clock,
    logger: silentLogger,
    signal: stop.signal,
    async moved() {
      moves.push(clock.elapsed() - begun);
      await takeUp();
      if (moves.length === 1) commits['apps'] = down;
      else stop.abort();
    },
  });
  expect(moves).toHaveLength(2);
  expect(moves[0]).toBeGreaterThanOrEqual(60_000);
  expect(requests.filter((names) => names.includes(' configuration') || names.includes(' folders'))).toEqual([
    [' configuration', ' folders'],
  ]);
});
