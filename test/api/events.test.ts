import { get } from 'node:http';
import { expect, test } from 'vitest';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import { createHearsay, heardHarbor, heardLog } from '../../src/reconcile/hearsay.ts';
import { started } from '../core/entries.ts';
import { ManualClock, MemoryLog } from '../support/fakes.ts';
import { curl, daemon, nothing } from './rig.ts';

/** A log that is written while somebody listens, as a daemon has it. */
async function stage(entries = 0) {
  const hearsay = createHearsay();
  const written = new MemoryLog(new ManualClock());
  const log = heardLog(written, hearsay);
  const write = (app = 'shop') => log.append(started({ app }) as EntryBody);
  for (let index = 0; index < entries; index += 1) await write();
  const ending = new AbortController();
  const harbor = { log: (query: object, page: Parameters<MemoryLog['page']>[1]) => written.page(query, page) };
  const hm = await daemon(harbor, { hearsay, ending: ending.signal });
  return { ...hm, hearsay, write, end: () => ending.abort() };
}

/** Events as they come: those of a kind, and how to wait for so many. */
async function listen(path: string, url = '/v1/events', headers: Record<string, string> = {}) {
  let text = '';
  const asking = get({ socketPath: path, path: url, agent: false, headers });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    asking.on('response', resolve);
    asking.on('error', reject);
  });
  response.on('data', (chunk) => {
    text += chunk;
  });
  const closed = new Promise((resolve) => response.on('close', resolve));
  response.on('error', () => undefined);
  const events = (kind: string) =>
    text
      .split('\n\n')
      .filter((event) => event.includes(`event: ${kind}\n`))
      .map((event) => JSON.parse(/data: (.*)/.exec(event)?.[1] ?? '') as object);
  const until = (kind: string, count: number) =>
    expect.poll(() => events(kind).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  const seqs = () => (events('entry') as Entry[]).map(({ seq }) => seq);
  return { response, events, until, seqs, closed, raw: () => text, hangUp: () => asking.destroy() };
}

test('entries are told as they are written, once and in order, from now on', async () => {
  await using hm = await stage(3);
  const one = await listen(hm.path);
  expect(one.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  await expect.poll(one.raw).toContain(': here');
  await hm.write();
  await hm.write('blog');
  await one.until('entry', 2);
  expect(one.seqs()).toEqual([4, 5]);
  expect(one.raw()).toContain('id: 5\nevent: entry\n');
  expect(one.events('entry')[1]).toMatchObject({ seq: 5, kind: 'started', app: 'blog' });
  await one.until('status', 1);
  one.hangUp();
});

test('who was away goes on where he was, however much there is, and none is left out', async () => {
  await using hm = await stage(1_000);
  const again = await listen(hm.path, '/v1/events', { 'last-event-id': '17' });
  await again.until('entry', 983);
  await hm.write();
  await again.until('entry', 984);
  expect(again.seqs()).toEqual(Array.from({ length: 984 }, (_, index) => index + 18));
  again.hangUp();
  const asked = await listen(hm.path, '/v1/events?after=999');
  await asked.until('entry', 2);
  expect(asked.seqs()).toEqual([1000, 1001]);
  asked.hangUp();
  expect(await curl(hm.path, 'GET', '/v1/events?after=x')).toMatchObject({ status: 422 });
});

test('what is being done is told by whoever asked for it', async () => {
  await using hm = await stage();
  const one = await listen(hm.path);
  await expect.poll(one.raw).toContain(': here');
  const harbor = heardHarbor(
    {
      ...(nothing as never as Parameters<typeof heardHarbor>[0]),
      async apply(_names, _trigger, progress) {
        progress('shop', 'pulls web');
        return [];
      },
    },
    hm.hearsay,
  );
  const own: string[] = [];
  await harbor.apply([], { kind: 'request' }, (app, message) => own.push(`${app}: ${message}`));
  await one.until('progress', 1);
  expect(one.events('progress')).toEqual([{ app: 'shop', message: 'pulls web' }]);
  expect(own).toEqual(['shop: pulls web']);
  one.hangUp();
});

test('streams end with the daemon, and nobody opens them without end', async () => {
  await using hm = await stage();
  const streams = await Promise.all(Array.from({ length: 32 }, () => listen(hm.path)));
  expect(await curl(hm.path, 'GET', '/v1/events')).toMatchObject({ status: 429 });
  streams[0]?.hangUp();
  await expect
    .poll(async () => {
      const more = await listen(hm.path);
      return more.response.statusCode;
    })
    .toBe(200);
  hm.end();
  await Promise.all(streams.slice(1).map(({ closed }) => closed));
});
