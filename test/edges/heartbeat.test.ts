import { expect, test } from 'vitest';
import { startHeartbeat } from '../../src/edges/heartbeat.ts';
import { Secret } from '../../src/model/secret.ts';
import { testApp } from '../support/test-harbor.ts';
import { receiver, status } from './notifiers/receiver.ts';

test('a sign of life at its interval while passes go on, none when they stand still; the URL is never told', async () => {
  await using server = await receiver(status(204), status(500), status(204));
  let now = 0;
  const told: string[] = [];
  const note = (fields: object, message: string) => void told.push(`${message} ${JSON.stringify(fields)}`);
  await using heart = startHeartbeat({
    config: () => ({
      heartbeat: { url: new Secret(server.url), interval: 60_000 },
      apps: [testApp({ interval: 30_000 })],
    }),
    clock: { elapsed: () => now },
    logger: { info: note, warn: note },
    redact: (text) => text,
  });
  const at = async (minutes: number, isMoved: boolean) => {
    now = minutes * 60_000;
    heart.turned();
    if (isMoved) heart.moved();
    await heart.beat();
  };
  await at(0, true);
  await at(0.5, true);
  expect(server.seen).toMatchObject([{ method: 'GET', path: '/hooks/s3cret-path' }]);
  await at(1, true);
  await at(2, true);
  expect(server.seen).toHaveLength(3);
  await at(60, false);
  expect(server.seen).toHaveLength(3);
  await at(61, true);
  expect(server.seen).toHaveLength(4);
  expect(told).toEqual([
    'the heartbeat was not taken {"failure":"it answered 500"}',
    'the heartbeat is taken again {}',
  ]);
});
