import { appendFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { follow } from '../../../src/edges/deployment-log/follow.ts';
import { finished, started } from '../../core/entries.ts';
import { logRig } from './rig.ts';

test('entries are followed from a number on, each once and only when it is whole, until the signal', async () => {
  await using rig = await logRig();
  await using log = await rig.open();
  await log.append(started());
  const stop = new AbortController();
  const entries = follow(rig.directory, 1, stop.signal);
  expect((await entries.next()).value).toMatchObject({ seq: 2 });
  const next = entries.next();
  await log.append(finished({ intent: 2 }));
  expect((await next).value).toMatchObject({ seq: 3, kind: 'finished' });
  await appendFile(rig.file, '{"v":1,');
  const none = entries.next();
  stop.abort();
  expect(await none).toEqual({ done: true, value: undefined });
});

test('a log that is not there yet can be followed', async () => {
  await using rig = await logRig();
  const entries = follow(rig.directory, 0, AbortSignal.timeout(10_000));
  const first = entries.next();
  await using _log = await rig.open();
  expect((await first).value).toMatchObject({ seq: 1, kind: 'opened' });
  await entries.return(undefined);
});
