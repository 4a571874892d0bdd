import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect, promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { gitHttpServer } from '../../support/git-http-server.ts';
import { gitRig } from '../../support/git-rig.ts';
import { app, failureOf, repository, testSource } from './fixture.ts';
import { commandLines } from './processes.ts';

const account = { username: 'bot', token: 't0ken-with-$pecial/+chars' };
const credentials = { kind: 'token', username: account.username, token: new Secret(account.token) } as const;
const forms = [
  account.token,
  encodeURIComponent(account.token),
  Buffer.from(`${account.username}:${account.token}`).toString('base64'),
];
const anyForm = new RegExp(forms.map((form) => form.replace(/[$+/=%]/g, '\\$&')).join('|'));

test('a repository behind a token is fetched, and the token is nowhere on the disk', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer({ credentials: account });
  await using source = await testSource();
  const commit = await rig.commit({ a: 'x' });
  expect(await source.sync(app(repository(server.serve(rig), { credentials })))).toBe(commit);
  const names = await readdir(source.folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.some((file) => file.endsWith('/config'))).toBe(true);
  for (const file of files) expect(await readFile(file, 'latin1')).not.toMatch(anyForm);
});

test('while a fetch is under way, no argument of any process holds the token; when its time is over, no process is left', async () => {
  await using server = await gitHttpServer({ credentials: account });
  await using source = await testSource({ timeouts: { fetch: 4000 } });
  server.behave('silent');
  const url = `${server.origin}/slow.git`;
  const fetching = failureOf(source.fetch(app(repository(url, { credentials })), 'a'.repeat(40)));
  const ours = new RegExp(`git.*${url}`);
  await expect
    .poll(async () => (await commandLines(ours)).length, { timeout: 3900, interval: 20 })
    .toBeGreaterThanOrEqual(2);
  expect(await commandLines(anyForm)).toEqual([]);
  const failure = await fetching;
  expect(failure).toMatchObject({ code: 'source-unreachable', message: `${url}: the fetch did not end within 4 s` });
  await delay(50);
  expect(await commandLines(ours)).toEqual([]);
  expect(server.requests[0]?.authorization).toMatch(anyForm);
});

test.each([401, 403, 404, 500, 302, 'drop'] as const)(
  'no error of a server that answers with %s shows the token',
  async (how) => {
    await using rig = await gitRig();
    await using server = await gitHttpServer();
    await using source = await testSource();
    const commit = await rig.commit({ a: 'x' });
    const wanted = app(repository(server.serve(rig), { credentials }));
    server.behave(how);
    const failures = [(await source.look([wanted])).get('web'), await failureOf(source.fetch(wanted, commit))];
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(Error);
      expect(inspect(failure, { depth: 10 })).not.toMatch(anyForm);
      expect(inspect(failure, { depth: 10 })).not.toContain('pecial');
    }
  },
);

test('a token that the server does not take is refused, by look and by fetch', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer({ credentials: { ...account, token: 'other' } });
  await using source = await testSource();
  const commit = await rig.commit({ a: 'x' });
  const wanted = app(repository(server.serve(rig), { credentials }));
  expect((await source.look([wanted])).get('web')).toMatchObject({ code: 'source-refused' });
  await expect(source.fetch(wanted, commit)).rejects.toMatchObject({
    code: 'source-refused',
    message: expect.stringContaining('does not let us in'),
  });
});

test('a submodule on the same server is fetched with the token; on another one, not even the authority of one’s own is trusted', async () => {
  await using outer = await gitRig('outer');
  await using near = await gitRig('near');
  await using far = await gitRig('far');
  await using certificate = await selfSigned();
  await using server = await gitHttpServer({ credentials: account });
  await using other = await gitHttpServer({ tls: certificate });
  await using source = await testSource();
  const nearCommit = await near.commit({ file: 'near' });
  const farCommit = await far.commit({ file: 'far' });
  await outer.commit({
    '.gitmodules': `[submodule "near"]\n\tpath = near\n\turl = ../near.git\n[submodule "far"]\n\tpath = far\n\turl = ${other.serve(far)}\n`,
    near: { mode: '160000', content: nearCommit },
    far: { mode: '160000', content: farCommit },
  });
  server.serve(near);
  const from = repository(server.serve(outer), { credentials, certificateAuthority: certificate.path });
  const commit = await source.sync(app(from));
  const target = join(source.folder, 'tree');
  const wanted = { repository: from, commit, target, submodules: true };
  await source.export({ ...wanted, paths: ['near'] });
  expect(await readFile(join(target, 'near/file'), 'utf8')).toBe('near');
  await expect(source.export({ ...wanted, paths: ['far'] })).rejects.toMatchObject({
    code: 'source-refused',
    message: expect.stringContaining('certificate'),
  });
});

test('an https server with an authority of one’s own is trusted where that is named, and nowhere else', async () => {
  await using rig = await gitRig();
  await using certificate = await selfSigned();
  await using server = await gitHttpServer({ tls: certificate });
  await using source = await testSource();
  const commit = await rig.commit({ a: 'x' });
  const url = server.serve(rig);
  const trusting = app(repository(url, { certificateAuthority: certificate.path }));
  expect(await source.sync(trusting)).toBe(commit);
  const doubting = app(repository(url, { id: 'other' }));
  expect((await source.look([doubting])).get('web')).toMatchObject({
    code: 'source-refused',
    message: expect.stringContaining('certificate'),
    hint: expect.stringContaining('PEM'),
  });
  await expect(source.fetch(doubting, commit)).rejects.toMatchObject({
    code: 'source-refused',
    message: expect.stringContaining('certificate'),
  });
  for (const certificateAuthority of ['/nonexistent.pem', join(source.reposDir, 'app.git/HEAD')]) {
    const wanted = app(repository(url, { certificateAuthority }));
    expect((await source.look([wanted])).get('web')).toMatchObject({
      code: 'source-refused',
      message: expect.stringContaining(certificateAuthority),
    });
  }
});

async function selfSigned(): Promise<{ key: string; cert: string; path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await writeFile(join(folder, 'openssl.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n');
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-config',
    join(folder, 'openssl.cnf'),
    ...name,
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  return {
    key: await readFile(key, 'utf8'),
    cert: await readFile(cert, 'utf8'),
    path: cert,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
