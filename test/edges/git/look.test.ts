import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packet } from '../../../src/edges/git/pkt-line.ts';
import type { Ref } from '../../../src/model/app.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type Behaviour, gitHttpServer } from '../../support/git-http-server.ts';
import { gitRig } from '../../support/git-rig.ts';
import { app, repository, testSource } from './fixture.ts';

const branch = (name: string): Ref => ({ kind: 'branch', name });
const tag = (name: string): Ref => ({ kind: 'tag', name });
const files = { 'compose.yml': 'services: {}\n' };

test('one request tells what all branches and tags of a repository point at, annotated tags peeled', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  const first = await rig.commit(files);
  await rig.tag('v1');
  await rig.tag('v1-signed', { annotated: true });
  const second = await rig.commit({ a: 'b' });
  const side = await rig.commit({ a: 'c' }, 'side', 'release/1.0');
  const from = repository(server.serve(rig));
  const apps = [branch('main'), tag('v1'), tag('v1-signed'), branch('release/1.0')].map((ref) =>
    app(from, { name: ref.name, ref }),
  );
  expect(await source.look(apps)).toEqual(
    new Map([
      ['main', second],
      ['v1', first],
      ['v1-signed', first],
      ['release/1.0', side],
    ]),
  );
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /app.git/git-upload-pack']);
});

test.each(['old', 'dumb'] as Behaviour[])(
  'a server that does not speak protocol version 2 (%s) is asked through git instead',
  async (how) => {
    await using rig = await gitRig();
    await using server = await gitHttpServer();
    await using source = await testSource();
    const commit = await rig.commit(files);
    await rig.tag('v1', { annotated: true });
    await rig.git(['update-server-info']);
    server.behave(how);
    const from = repository(server.serve(rig));
    const apps = [app(from), app(from, { name: 'tagged', ref: tag('v1') })];
    const answers = new Map([
      ['web', commit],
      ['tagged', commit],
    ]);
    expect(await source.look(apps)).toEqual(answers);
    const before = server.requests.length;
    expect(await source.look(apps)).toEqual(answers);
    expect(server.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
  },
);

test('connections are kept between looks', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  await rig.commit(files);
  const wanted = [app(repository(server.serve(rig)))];
  for (let pass = 0; pass < 3; pass++) expect((await source.look(wanted)).get('web')).toBeTypeOf('string');
  expect(server.connections()).toBe(1);
});

test('a kept connection that the server closes just when it is used again is no failure', async () => {
  await using server = await forgetfulServer();
  await using source = await testSource();
  const wanted = [app(repository(`${server.origin}/x.git`))];
  for (let pass = 0; pass < 3; pass++) expect((await source.look(wanted)).get('web')).toBe('1'.repeat(40));
  expect(server.connections()).toBe(3);
});

test('a repository on this host is looked at, too', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const commit = await rig.commit(files);
  expect((await source.look([app(repository(rig.path))])).get('web')).toBe(commit);
  expect((await source.look([app(repository(`file://${rig.path}`))])).get('web')).toBe(commit);
});

test('an app that is pinned to a commit needs no look', async () => {
  await using source = await testSource();
  const commit = 'a'.repeat(40);
  const pinned = app(repository('https://127.0.0.1:1/x.git'), { ref: { kind: 'commit', name: commit } });
  expect(await source.look([pinned])).toEqual(new Map([['web', commit]]));
});

test('a branch that is gone is named with what exists, and the other apps of the repository go on', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  const commit = await rig.commit(files);
  await rig.branch('stable');
  await rig.branch('steady');
  const from = repository(server.serve(rig));
  const apps = [app(from), app(from, { name: 'other', ref: branch('stable') })];
  await source.look(apps);
  await rig.deleteBranch('stable');
  const answers = await source.look(apps);
  expect(answers.get('web')).toBe(commit);
  expect(answers.get('other')).toMatchObject({
    code: 'ref-missing',
    message: `There is no branch "stable" in ${from.url}`,
    hint: expect.stringContaining('"steady", "main"'),
  });
});

test('a name that is no name costs the other apps of the repository nothing', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const commit = await rig.commit(files);
  const from = repository(rig.path);
  const answers = await source.look([app(from), app(from, { name: 'odd', ref: branch('--upload-pack=touch x') })]);
  expect(answers.get('web')).toBe(commit);
  expect(answers.get('odd')).toMatchObject({ code: 'config-invalid' });
});

test('thousands of branches that are called like options, paths and escapes cost the one that is followed nothing', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  const commit = await rig.commit(files);
  const names = [
    '--upload-pack=touch${IFS}x',
    '-o',
    'a/b/c/etc/passwd',
    '\u202emain',
    'x'.repeat(200),
    '$(id)',
    "it's",
  ];
  const many = Array.from({ length: 20_000 }, (_, at) => `${names[at % names.length]}-${at}`).toSorted();
  await writeFile(
    join(rig.path, 'packed-refs'),
    many.flatMap((name) => [`${commit} refs/heads/${name}\n`, `${commit} refs/tags/v1.${name}\n`]).join(''),
  );
  const from = repository(server.serve(rig));
  const apps = [
    app(from),
    app(from, { name: 'gone', ref: branch('mian') }),
    app(from, { name: 'range', ref: { kind: 'range', name: '^1.4' } }),
  ];
  const answers = await source.look(apps);
  expect(answers.get('web')).toBe(commit);
  for (const name of ['gone', 'range']) {
    expect(answers.get(name)).toMatchObject({ code: 'ref-missing' });
    expect(JSON.stringify(answers.get(name))).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});

test('an empty repository has no branch', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  expect((await source.look([app(repository(server.serve(rig)))])).get('web')).toMatchObject({ code: 'ref-missing' });
});

test.each([
  ['silent', 'source-unreachable', 'did not answer within 1 s'],
  ['drop', 'source-unreachable', 'cannot be reached'],
  [500, 'source-unreachable', 'cannot be reached'],
  [503, 'source-unreachable', 'cannot be reached'],
  [429, 'source-unreachable', 'cannot be reached'],
  [403, 'source-refused', 'does not let us in'],
  [404, 'source-refused', 'no repository there'],
  [302, 'source-refused', '(http://elsewhere.example/x.git)'],
] as const)('a server that is %s is %s, from the first look and after a good one', async (how, code, says) => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  const commit = await rig.commit(files);
  const wanted = [app(repository(server.serve(rig)))];
  const timeouts = how === 'silent' ? { look: 1000 } : {};
  await using fresh = await testSource({ timeouts });
  await using seasoned = await testSource({ timeouts });
  await seasoned.look(wanted);
  for (const source of [fresh, seasoned]) {
    server.behave(how);
    expect((await source.look(wanted)).get('web')).toMatchObject({
      code,
      message: expect.stringContaining(says),
      hint: expect.any(String),
    });
    server.behave('normal');
    expect((await source.look(wanted)).get('web')).toBe(commit);
  }
});

test('a port where nobody listens, and a host that nobody knows, are unreachable', async () => {
  await using source = await testSource();
  for (const url of ['http://127.0.0.1:1/x.git', 'http://no-such-host.invalid/x.git']) {
    expect((await source.look([app(repository(url))])).get('web')).toMatchObject({
      code: 'source-unreachable',
      message: expect.stringContaining(url),
    });
  }
});

test('a repository that hangs ends at its limit, while the others answer; and the limit is one for all', async () => {
  await using hanging = await gitHttpServer();
  await using healthy = await gitHttpServer();
  await using rig = await gitRig();
  await using source = await testSource({ timeouts: { look: 1000 } });
  const commit = await rig.commit(files);
  hanging.behave('silent');
  const stuck = Array.from({ length: 40 }, (_, index) =>
    app(repository(`${hanging.origin}/x.git`, { id: `stuck-${index}` }), { name: `stuck-${index}` }),
  );
  const fine = app(repository(healthy.serve(rig), { id: 'fine' }), { name: 'fine' });
  const started = performance.now();
  const answers = await source.look([...stuck, fine]);
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(answers.get('fine')).toBe(commit);
  expect(stuck.every(({ name }) => answers.get(name) instanceof Error)).toBe(true);
});

test('a server that first says no, slowly, and then nothing more, does not get the limit twice', async () => {
  const server = createHttpServer(({ method }, response) => {
    if (method === 'POST') setTimeout(() => response.writeHead(404).end(), 2400);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using source = await testSource({ timeouts: { look: 3000 } });
  const started = performance.now();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
  expect((await source.look([app(repository(url))])).get('web')).toMatchObject({ code: 'source-unreachable' });
  expect(performance.now() - started).toBeLessThan(5200);
  server.close();
  server.closeAllConnections();
});

test('a hundred apps of one repository cost one request', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  const commit = await rig.commit(files);
  const from = repository(server.serve(rig));
  const answers = await source.look(Array.from({ length: 100 }, (_, index) => app(from, { name: `app-${index}` })));
  expect([...answers.values()].every((answer) => answer === commit)).toBe(true);
  expect(server.requests.length).toBe(1);
});

test('a token opens its repository, and nothing else is sent anywhere', async () => {
  await using rig = await gitRig();
  const credentials = { username: 'bot', token: 's3cret' };
  await using server = await gitHttpServer({ credentials });
  await using source = await testSource();
  const commit = await rig.commit(files);
  const url = server.serve(rig);
  const look = (from: Parameters<typeof repository>[1]) =>
    source.look([app(repository(url, from))]).then((answers) => answers.get('web'));
  expect(await look({ credentials: { kind: 'token', username: 'bot', token: new Secret('s3cret') } })).toBe(commit);
  expect(await look({ credentials: { kind: 'token', username: 'bot', token: new Secret('wr0ng') } })).toMatchObject({
    code: 'source-refused',
  });
  expect(await look({})).toMatchObject({ code: 'source-refused' });
});

test('an address that is not allowed is refused before anything is started', async () => {
  await using source = await testSource();
  const canary = `${source.folder}/canary`;
  const wanted = app(repository(`ext::sh -c touch% ${canary}`));
  expect((await source.look([wanted])).get('web')).toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('remote helpers'),
  });
  await expect(source.fetch(wanted, 'a'.repeat(40))).rejects.toMatchObject({ code: 'config-invalid' });
});

test('with a proxy, git itself asks, as it knows the way', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using proxied = await testSource({
    environment: { PATH: process.env['PATH'], http_proxy: 'http://127.0.0.1:1' },
  });
  await using excepted = await testSource({
    environment: { PATH: process.env['PATH'], http_proxy: 'http://127.0.0.1:1', no_proxy: '127.0.0.1' },
  });
  const commit = await rig.commit(files);
  const wanted = [app(repository(server.serve(rig)))];
  expect((await proxied.look(wanted)).get('web')).toMatchObject({ code: 'source-unreachable' });
  expect((await excepted.look(wanted)).get('web')).toBe(commit);
});

/** Answers the first request of each connection, keeps it open, and cuts it at the second. */
async function forgetfulServer() {
  const refs = `${packet(`${'1'.repeat(40)} refs/heads/main`)}0000`;
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\nContent-Length: ${refs.length}\r\n\r\n`;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    let answered = false;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      if (answered) socket.destroy();
      else socket.write(head + refs);
      answered = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

test('a range of versions leads to its highest tag, in the same request as branches, and is fetched under that name', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  await rig.commit(files);
  await rig.tag('v1.4.1', { annotated: true });
  const second = await rig.commit({ a: '2' });
  await rig.tag('1.5.0', { annotated: true });
  await rig.tag('v1.6.0-rc.1');
  await rig.tag('v2.0.0');
  const third = await rig.commit({ a: '3' });
  await rig.tag('1.x');
  const from = repository(server.serve(rig));
  const range = (name: string): Ref => ({ kind: 'range', name });
  const apps = [branch('main'), range('^1.4'), range('1.x')].map((ref) => app(from, { name: ref.name, ref }));
  expect(await source.look(apps)).toEqual(
    new Map([
      ['main', third],
      ['^1.4', second],
      ['1.x', third],
    ]),
  );
  expect(server.requests.length).toBe(1);
  const wanted = app(from, { ref: range('^1.4') });
  expect(await source.fetch(wanted, await source.sync(wanted))).toMatchObject({ ref: '1.5.0', commit: second });
});

test('a range that no tag is in names the nearest tags', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  await rig.commit(files);
  await rig.tag('v1.3.0');
  const answers = await source.look([app(repository(rig.path), { ref: { kind: 'range', name: '^1.4' } })]);
  expect(answers.get('web')).toMatchObject({
    code: 'ref-missing',
    message: expect.stringContaining('There is no tag of a version in "^1.4"'),
    hint: expect.stringContaining('"v1.3.0"'),
  });
});
