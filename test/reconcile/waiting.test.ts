import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import { testHarbor } from '../support/test-harbor.ts';

const web = (version: number) => ({ services: { web: { image: `web:${version}` } } });
const statusOf = async (harbor: Awaited<ReturnType<typeof testHarbor>>) => (await harbor.status()).apps[0];

async function deployed() {
  const harbor = await testHarbor();
  await harbor.pass();
  return harbor;
}

describe('what blocks an app', () => {
  test('promises no time where only a person or another release can help', async () => {
    const harbor = await deployed();
    harbor.engine.byImage = (image) => (image === 'web:2' ? { health: 'unhealthy' } : {});
    harbor.push(web(2));
    await harbor.pass();
    harbor.agenda.set('shop', new Date(harbor.clock.now().getTime() + 60_000));
    const block = (await statusOf(harbor))?.blockedBy[0];
    expect(block).toMatchObject({ code: 'unhealthy', lift: 'harbormaster retry shop' });
    expect(block?.until).toBeUndefined();
  });

  test('says when the world is asked again, also before there is a release', async () => {
    const harbor = await deployed();
    harbor.registry.down = true;
    harbor.push(web(2));
    await harbor.pass();
    expect((await statusOf(harbor))?.blockedBy).toMatchObject([{ code: 'image-unavailable', until: undefined }]);
    const next = new Date(harbor.clock.now().getTime() + 10_000);
    harbor.agenda.set('shop', next);
    expect((await statusOf(harbor))?.blockedBy).toMatchObject([{ until: next.toISOString() }]);
    harbor.clock.advance(20_000);
    expect((await statusOf(harbor))?.blockedBy[0]?.until).toBeUndefined();
  });

  test('is a hold that keeps nothing back: then what runs is what Git asks for', async () => {
    const harbor = await deployed();
    await harbor.harbor().hold('shop', 'a freeze', { kind: 'request', by: 'ada' });
    expect(await statusOf(harbor)).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [{ code: 'held' }] });
    harbor.push(web(2));
    await harbor.pass();
    expect(await statusOf(harbor)).toMatchObject({ sync: { state: 'out-of-sync' }, blockedBy: [{ code: 'held' }] });
  });

  test('is no fight any more once a person asked to try again and it runs', async () => {
    const harbor = await deployed();
    const harm = () => {
      harbor.engine.containers = harbor.engine.containers.map((one) => ({ ...one, state: 'exited', exitCode: 1 }));
    };
    for (let second = 0; second < 1200; second += 5) {
      harm();
      await harbor.pass('engine-event');
      harbor.clock.advance(5000);
    }
    harm();
    expect(await statusOf(harbor)).toMatchObject({ blockedBy: [{ code: 'drift-fought', until: expect.any(String) }] });
    await harbor.harbor().retry(['shop'], { kind: 'request' }, () => undefined);
    expect(await statusOf(harbor)).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
  });
});

describe('a registry that never says what a tag is', () => {
  /** Answers for `web:2` only when it is let go. */
  async function silent() {
    const harbor = await deployed();
    const answer = harbor.registry.resolve.bind(harbor.registry);
    const waiting: (() => void)[] = [];
    harbor.registry.resolve = async (reference) => {
      if (reference !== 'web:2') return answer(reference);
      await new Promise<void>((resolve) => waiting.push(resolve));
      throw new HarborError('no answer', { code: 'image-unavailable' });
    };
    harbor.push(web(2));
    const pass = harbor.pass();
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return { ...harbor, underWay: pass, letGo: () => waiting.splice(0).forEach((go) => void go()) };
  }

  test('does not keep a newer commit waiting', async () => {
    const harbor = await silent();
    harbor.push(web(3));
    await harbor.harbor().glance(['shop']);
    expect(await harbor.underWay).toMatchObject([{ kind: 'applied' }]);
    expect(harbor.engine.containers.map(({ imageId }) => imageId)).toEqual([expect.stringContaining('web:3')]);
    harbor.letGo();
    expect(await harbor.pass()).toEqual([{ kind: 'unchanged' }]);
  });

  test('does not keep the end waiting, and nothing is written of it', async () => {
    const harbor = await silent();
    const written = harbor.log.written.length;
    harbor.stop.abort();
    expect(await harbor.underWay).toEqual([{ kind: 'unchanged' }]);
    expect(harbor.log.written.length).toBe(written);
  });

  test('is waited for while Git asks for nothing newer', async () => {
    const harbor = await silent();
    await harbor.harbor().glance(['shop']);
    harbor.letGo();
    expect(await harbor.underWay).toMatchObject([{ kind: 'failed', code: 'image-unavailable' }]);
  });
});
