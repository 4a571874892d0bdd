import { expect, test } from 'vitest';
import { configurationDigest } from '../../src/core/digest.ts';
import { createMeansBook } from '../../src/reconcile/means.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const known = {
  harbormaster: { version: '1.2.3', commit: 'abc1234' },
  engine: '0',
  compose: '0',
  isolation: 'limits',
  configuration: configurationDigest(Buffer.from('key'), { fingerprint: '' }),
};

test('an intent says with what it was decided, and what was deployed before', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  const first = harbor.log.written.find(({ kind }) => kind === 'started');
  expect(first).toMatchObject({ means: known });
  expect(first).not.toHaveProperty('from');
  harbor.push({ services: { web: { image: 'web:2' } } });
  await harbor.pass();
  const [before, after] = harbor.log.written.filter((entry) => entry.kind === 'started');
  expect(after).toMatchObject({ means: known, from: before?.release });
  expect(after?.release).not.toBe(before?.release);
});

test('a refusal says the same, and which plan it refused', async () => {
  const harbor = await testHarbor({ apps: [testApp({ deploy: 'manual' })] });
  await harbor.pass();
  expect(harbor.log.written.find(({ kind }) => kind === 'refused')).toMatchObject({
    means: known,
    steps: [
      { kind: 'pull' },
      { kind: 'create', services: [{ service: 'web', cause: { kind: 'new' } }] },
      { kind: 'await' },
    ],
  });
});

test('an outcome names the containers that it left, with their images', async () => {
  const harbor = await testHarbor();
  await harbor.pass();
  const [container] = harbor.engine.containers;
  expect(harbor.log.written.find(({ kind }) => kind === 'finished')).toMatchObject({
    services: [{ service: 'web', ran: [{ id: container?.id, name: container?.name, imageId: container?.imageId }] }],
  });
});

test('nobody waits for an engine that does not answer only to write that down', async () => {
  let asked = 0;
  const engine = {
    facts: async () => {
      asked += 1;
      throw new Error('it does not answer');
    },
  };
  const { harbormaster } = known;
  const book = createMeansBook({ engine, harbormaster, config: () => ({ fingerprint: 'f' }), key: Buffer.from('key') });
  const means = await book.lately();
  expect(means).toMatchObject({ engine: undefined, compose: undefined, isolation: undefined });
  expect(await book.lately()).toEqual(means);
  expect(asked).toBe(1);
  await book.now();
  expect(asked).toBe(2);
});

test('the digest of a configuration is the host’s own', () => {
  const digest = configurationDigest(Buffer.from('one'), { fingerprint: 'f' });
  expect(digest).toBe(configurationDigest(Buffer.from('one'), { fingerprint: 'f' }));
  expect(digest).not.toBe(configurationDigest(Buffer.from('two'), { fingerprint: 'f' }));
  expect(digest).not.toBe(configurationDigest(Buffer.from('one'), { fingerprint: 'g' }));
});
