import { expect, test } from 'vitest';
import type { HostConfig } from '../../src/model/config.ts';
import { testHarbor } from '../support/test-harbor.ts';

const digests = (apps: Readonly<Record<string, string>>) => ({ apps, settings: {} });

async function rig() {
  const harbor = await testHarbor();
  const set = (overrides: Partial<HostConfig>) => harbor.configure(overrides);
  const told = () => harbor.log.written.filter(({ kind }) => kind.startsWith('configur'));
  return { ...harbor, set, told };
}

test('a configuration is written down before the first thing that is done under it, once and not once a start', async () => {
  const harbor = await rig();
  harbor.set({ digests: digests({ shop: 'a' }) });
  await harbor.pass();
  expect(harbor.kinds()).toEqual(['configured', 'started', 'finished']);
  expect(harbor.told()).toMatchObject([{ added: ['shop'], trigger: { kind: 'file-change' } }]);
  await harbor.pass();
  await harbor.restart();
  await harbor.pass();
  expect(harbor.told()).toHaveLength(1);
});

test('a change names its apps, and who asked for the pass that took it up', async () => {
  const harbor = await rig();
  harbor.set({ digests: digests({ shop: 'a', blog: 'a' }) });
  await harbor.pass();
  harbor.set({ digests: digests({ shop: 'b', wiki: 'a' }) });
  await harbor.harbor().apply(['shop'], { kind: 'request', by: 'ada' }, () => undefined);
  expect(harbor.told().at(-1)).toMatchObject({
    added: ['wiki'],
    removed: ['blog'],
    changed: ['shop'],
    trigger: { kind: 'request', by: 'ada' },
  });
});

test('what cannot be used is written once, and so is that it can be again', async () => {
  const harbor = await rig();
  const trouble = {
    of: 'configuration',
    code: 'config-invalid',
    message: 'h.yml:1:1: wrong',
    hint: undefined,
  } as const;
  for (const _ of [1, 2]) {
    harbor.set({ troubles: [trouble] });
    await harbor.pass();
  }
  expect(harbor.told()).toMatchObject([{ kind: 'configuration-failed', troubles: [{ message: 'h.yml:1:1: wrong' }] }]);
  // Another change beside it does not end it.
  harbor.set({ troubles: [trouble], digests: digests({ shop: 'b' }) });
  await harbor.pass();
  expect(harbor.told().map(({ kind }) => kind)).toEqual(['configuration-failed', 'configured']);
  harbor.set({ troubles: [], digests: digests({ shop: 'b' }) });
  await harbor.pass();
  expect(harbor.told().at(-1)).toMatchObject({ kind: 'configured', added: [], changed: [], removed: [] });
  expect(harbor.told()).toHaveLength(3);
  expect(harbor.notifier.sent.map(({ event, app }) => [event, app])).toEqual([
    ['failed', undefined],
    ['recovered', undefined],
  ]);
});

test('an app that is for other hosts now is removed as such', async () => {
  const harbor = await rig();
  await harbor.pass();
  harbor.set({ apps: [], declared: [], elsewhere: { shop: ['web-2'] } });
  expect(await harbor.plan()).toMatchObject([
    { kind: 'removal', plan: { steps: [{ services: [{ cause: { kind: 'app-removed', hosts: ['web-2'] } }] }] } },
  ]);
  await expect(harbor.apply(['other'])).rejects.toThrow('there is no app other');
  await expect(harbor.harbor().hold('shop', 'why', { kind: 'request' })).rejects.toThrow(
    'the app shop is for other hosts than test: web-2',
  );
});

test('while nobody knows which apps are found, none is removed by itself; a person who names one is heard', async () => {
  const harbor = await rig();
  await harbor.pass();
  harbor.set({ apps: [], declared: [], undiscovered: ['discover[0] (https://git.example.com/apps.git)'] });
  const outcomes = await harbor.pass();
  expect(outcomes).toMatchObject([
    { kind: 'blocked', reasons: [{ code: 'undiscovered', lift: 'harbormaster apply shop' }] },
  ]);
  expect(harbor.engine.containers).not.toEqual([]);
  harbor.set({ undiscovered: [] });
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
});
