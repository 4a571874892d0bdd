import { spawnSync } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { daemonAnswers } from '../../src/api/probe.ts';
import { serveOn } from '../../src/api/server.ts';
import { HarborError } from '../../src/errors.ts';
import type { PassReport } from '../../src/model/report.ts';
import { passed } from '../cli/builders.ts';
import { curl, daemon, servingOf, socketPath } from './rig.ts';

const second = servingOf({}, { version: '2', configFile: '/h.yml' });

test('health tells who answers', async () => {
  await using hm = await daemon();
  expect(await daemonAnswers(hm.path)).toEqual({
    pid: process.pid,
    version: '1.2.3',
    config: '/etc/harbormaster/harbormaster.yml',
  });
  expect(await curl(hm.path, 'GET', '/v1/health')).toEqual({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({
      status: 'ok',
      pid: process.pid,
      version: '1.2.3',
      config: '/etc/harbormaster/harbormaster.yml',
    }),
  });
});

test('only its owner may use the socket', async () => {
  await using hm = await daemon();
  expect((await stat(hm.path)).mode & 0o777).toBe(0o600);
});

test('a closed API leaves no socket behind', async () => {
  const hm = await daemon();
  await hm.serving[Symbol.asyncDispose]();
  await expect(stat(hm.path)).rejects.toThrow('ENOENT');
  expect(await daemonAnswers(hm.path)).toBeUndefined();
});

test('the socket of a daemon that died is removed, and is no daemon', async () => {
  const path = await socketPath();
  const dying = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', dying]);
  expect((await stat(path)).isSocket()).toBe(true);
  expect(await daemonAnswers(path)).toBeUndefined();
  await using _ = await serveOn(path, second);
  expect(await daemonAnswers(path)).toMatchObject({ version: '2' });
});

test('the socket of a living daemon is left alone', async () => {
  await using hm = await daemon();
  await expect(serveOn(hm.path, second)).rejects.toMatchObject({
    code: 'lock-held',
    message: `another Harbormaster listens on ${hm.path} (pid ${process.pid})`,
  });
  expect(await daemonAnswers(hm.path)).toMatchObject({ version: '1.2.3' });
});

test('so is that of one which hangs, and whatever is no socket', async () => {
  const path = await socketPath();
  const mute = createServer((socket) => socket.resume()).listen(path);
  await new Promise((resolve) => mute.once('listening', resolve));
  expect(await daemonAnswers(path, 100)).toBeUndefined();
  await expect(serveOn(path, second)).rejects.toMatchObject({ code: 'lock-held' });
  mute.close();
  await new Promise((resolve) => mute.once('close', resolve));
  await writeFile(path, 'precious');
  await expect(serveOn(path, second)).rejects.toMatchObject({ code: 'state-unwritable' });
  expect((await stat(path)).size).toBe(8);
});

test('a path that no socket can have is refused with what to do', async () => {
  const path = `${await socketPath()}${'x'.repeat(100)}`;
  await expect(serveOn(path, second)).rejects.toMatchObject({
    code: 'state-unwritable',
    hint: expect.stringContaining('shorter --state-dir'),
  });
  await expect(serveOn('/nowhere/at/all', second)).rejects.toMatchObject({
    code: 'state-unwritable',
  });
});

test.each([
  ['an app that does not exist', 'app-unknown', 422],
  ['an engine that is away', 'engine-unreachable', 503],
  ['a fault of ours', 'bug', 500],
] as const)('%s is problem details, also from apply', async (_what, code, status) => {
  const fail = async (): Promise<never> => {
    throw new HarborError('that went wrong', { code, hint: 'Do this.' });
  };
  await using hm = await daemon({ plan: fail, status: fail, apply: fail });
  const problem = {
    type: `urn:harbormaster:problem:${code}`,
    title: code.replaceAll('-', ' '),
    status,
    code,
    detail: 'that went wrong',
    hint: 'Do this.',
  };
  for (const answer of [
    await curl(hm.path, 'GET', '/v1/plan'),
    await curl(hm.path, 'GET', '/v1/status'),
    await curl(hm.path, 'POST', '/v1/apply', '{"apps":["x"]}'),
  ]) {
    expect({ ...answer, body: JSON.parse(answer.body) }).toEqual({
      status,
      type: 'application/problem+json',
      body: problem,
    });
  }
});

test('a stack trace never leaves the daemon', async () => {
  await using hm = await daemon({
    plan: async () => {
      throw new TypeError('x is undefined');
    },
  });
  const { status, body } = await curl(hm.path, 'GET', '/v1/plan');
  expect(status).toBe(500);
  expect(JSON.parse(body)).toMatchObject({ code: 'bug', detail: 'x is undefined' });
  expect(body).not.toContain('server.test.ts');
});

test.each([
  ['no JSON', 'nonsense', 422, /not JSON/],
  ['another shape', '{"apps":"shop"}', 422, /expected array/],
  ['an unknown key', '{"apps":[],"force":true}', 422, /force/],
  ['a body that is too large', JSON.stringify({ apps: ['x'.repeat(70_000)] }), 413, /larger than 65536 bytes/],
])('apply with %s is refused and touches nothing', async (_what, body, status, detail) => {
  await using hm = await daemon();
  const answer = await curl(hm.path, 'POST', '/v1/apply', body);
  expect(answer).toMatchObject({ status, type: 'application/problem+json' });
  const code = status === 413 ? 'too-large' : 'usage';
  expect(JSON.parse(answer.body)).toMatchObject({ code, detail: expect.stringMatching(detail) });
});

test('a body that comes in pieces is read all the same, as far as it may be long; without one nothing is missing', async () => {
  const asked: unknown[] = [];
  await using hm = await daemon({
    apply: async (apps) => {
      asked.push(apps);
      return [];
    },
  });
  const inPieces = (pieces: readonly string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'transfer-encoding': 'chunked' };
      const options = { socketPath: hm.path, method: 'POST', path: '/v1/apply', agent: false, headers };
      const asking = request(options, (response) => response.resume().on('end', () => resolve(response.statusCode)));
      asking.on('error', reject);
      for (const piece of pieces) asking.write(piece);
      asking.end();
    });
  expect(await inPieces(['{"apps":', '["shop"]}'])).toBe(200);
  expect(await inPieces([])).toBe(200);
  expect(asked).toEqual([['shop'], []]);
  expect(await inPieces(Array.from({ length: 70 }, () => ' '.repeat(1_024)))).toBe(413);
});

test.each(['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD'])('%s is no way to apply', async (method) => {
  await using hm = await daemon();
  expect(await curl(hm.path, method, '/v1/apply')).toMatchObject({ status: 405, type: 'application/problem+json' });
  expect(await curl(hm.path, method, '/v1/nothing')).toMatchObject({ status: 404 });
});

test.each([
  ['/v1/apps/shop/rollback', '{}', /reason/],
  ['/v1/apps/shop/rollback', '{"reason":"  "}', /reason/],
  ['/v1/apps/shop/rollback', '{"reason":"x","force":true}', /force/],
  ['/v1/apps/shop/hold', '', /reason/],
  ['/v1/apps/shop/hold', JSON.stringify({ reason: 'x'.repeat(1_001) }), /1000 characters/],
  ['/v1/apps/shop/release', '{"reason":7}', /expected string/],
  ['/v1/apps/shop/forget', '[]', /expected object/],
  ['/v1/apps/shop/adopt', '{"from":""}', /from/],
  ['/v1/retry', '{"apps":"shop"}', /expected array/],
  ['/v1/suspend', '{"app":"shop"}', /reason/],
  ['/v1/suspend', '{"reason":"x"}', /either "app" or "all"/],
  ['/v1/suspend', '{"app":"shop","all":true,"reason":"x"}', /either "app" or "all"/],
  ['/v1/suspend', '{"all":false,"reason":"x"}', /all/],
  ['/v1/resume', '{}', /either "app" or "all"/],
])('%s with %s is refused and touches nothing', async (path, body, detail) => {
  await using hm = await daemon();
  const answer = await curl(hm.path, 'POST', path, body);
  expect(answer).toMatchObject({ status: 422, type: 'application/problem+json' });
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'usage', detail: expect.stringMatching(detail) });
});

test('closing waits for a word that is being written down', async () => {
  let isWritten = false;
  const hm = await daemon({
    hold: async () => {
      // Longer than what is still connected is given to end by itself.
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      isWritten = true;
      return { app: 'shop', entry: 7, summary: 'held' };
    },
  });
  const answer = curl(hm.path, 'POST', '/v1/apps/shop/hold', '{"reason":"the sale"}');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await hm.serving[Symbol.asyncDispose]();
  expect(isWritten).toBe(true);
  expect(JSON.parse((await answer).body)).toEqual({ app: 'shop', entry: 7, summary: 'held' });
});

test('an unknown route names where they are described', async () => {
  await using hm = await daemon();
  const answer = await curl(hm.path, 'GET', '/v1/nothing');
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.body)).toMatchObject({
    detail: 'there is no GET /v1/nothing',
    hint: 'GET /v1/openapi.json describes all there is.',
  });
});

test('apply is one line a step and the reports at last; an empty body means every app', async () => {
  await using hm = await daemon({
    apply: async (apps, trigger, progress) => {
      expect([apps, trigger]).toEqual([[], { kind: 'request' }]);
      progress('shop', 'replace web');
      return [passed()];
    },
  });
  const { status, type, body } = await curl(hm.path, 'POST', '/v1/apply');
  expect([status, type]).toEqual([200, 'application/x-ndjson']);
  expect(
    body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ progress: { app: 'shop', message: 'replace web' } }, { reports: [passed()] }]);
});

test('closing waits for the pass that somebody asked for, and its answer still arrives', async () => {
  let finish: (reports: readonly PassReport[]) => void = () => undefined;
  const hm = await daemon({
    apply: (_apps, _trigger, progress) => {
      progress('shop', 'replace web');
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  });
  const answer = curl(hm.path, 'POST', '/v1/apply', '{}');
  await new Promise((resolve) => setTimeout(resolve, 100));
  let isClosed = false;
  const closing = hm.serving[Symbol.asyncDispose]().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isClosed).toBe(false);
  finish([passed({ app: 'x'.repeat(5_000_000) })]);
  const lines = (await answer).body.trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ reports: [{ entry: 42 }] });
  await closing;
});

test('a pass goes on when nobody listens any more', async () => {
  let finished = false;
  const hm = await daemon({
    apply: async (_apps, _trigger, progress) => {
      progress('shop', 'one');
      await new Promise((resolve) => setTimeout(resolve, 200));
      progress('shop', 'two');
      finished = true;
      return [passed()];
    },
  });
  await new Promise<void>((resolve) => {
    const asking = request({ socketPath: hm.path, method: 'POST', path: '/v1/apply', agent: false }, (response) => {
      response.once('data', () => {
        asking.destroy();
        resolve();
      });
      response.on('error', () => undefined);
    });
    asking.on('error', () => undefined);
    asking.end();
  });
  await hm.serving[Symbol.asyncDispose]();
  expect(finished).toBe(true);
});
