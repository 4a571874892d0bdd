import { chmod, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitRig } from '../../support/git-rig.ts';
import { hasSshd, type SshServer, sshServer } from '../../support/ssh-server.ts';
import { app, repository, testSource } from './fixture.ts';
import { commandLines } from './processes.ts';

const withKey = ({ key, knownHosts }: SshServer, facts: { key?: string; knownHosts?: string | undefined } = {}) =>
  ({ kind: 'ssh', key, knownHosts, ...facts }) as const;

describe.skipIf(!hasSshd)('over ssh (needs openssh-server)', () => {
  test('a repository is looked at and fetched over one connection, which goes with us', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    const commit = await rig.commit({ a: 'x' });
    const wanted = app(repository(server.url(rig.path), { credentials: withKey(server) }));
    let runDir = '';
    {
      await using source = await testSource();
      runDir = source.runDir;
      for (let pass = 0; pass < 3; pass++) expect((await source.look([wanted])).get('web')).toBe(commit);
      expect((await source.fetch(wanted, commit)).commit).toBe(commit);
      expect(server.connections()).toBe(1);
      expect((await commandLines(new RegExp(`ssh: ${runDir}/.*mux`))).length).toBe(1);
    }
    await expect.poll(() => commandLines(new RegExp(`ssh: ${runDir}`))).toEqual([]);
  });

  test('where the path of a socket would be too long, connections are not shared, and all goes on', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    await using source = await testSource({ runDir: join(dirname(rig.path), 'long'.repeat(25)) });
    const commit = await rig.commit({ a: 'x' });
    expect(await source.sync(app(repository(server.url(rig.path), { credentials: withKey(server) })))).toBe(commit);
    expect(server.connections()).toBe(2);
  });

  test('a changed host key is refused, and known_hosts stays as it is', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    await using source = await testSource();
    const commit = await rig.commit({ a: 'x' });
    const before = await readFile(server.knownHosts, 'utf8');
    await server.changeHostKey();
    const wanted = app(repository(server.url(rig.path), { credentials: withKey(server) }));
    for (let pass = 0; pass < 2; pass++) {
      expect((await source.look([wanted])).get('web')).toMatchObject({
        code: 'source-refused',
        message: expect.stringContaining('not the one that known_hosts holds'),
      });
    }
    await expect(source.fetch(wanted, commit)).rejects.toMatchObject({ code: 'source-refused' });
    expect(await readFile(server.knownHosts, 'utf8')).toBe(before);
  });

  test('an unknown host key is refused, and not learned', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    await using source = await testSource();
    await rig.commit({ a: 'x' });
    const empty = join(source.folder, 'known_hosts');
    await writeFile(empty, '');
    for (const knownHosts of [empty, undefined]) {
      const wanted = app(repository(server.url(rig.path), { credentials: withKey(server, { knownHosts }) }));
      expect((await source.look([wanted])).get('web')).toMatchObject({
        code: 'source-refused',
        message: expect.stringContaining('host key of the server is not known'),
        hint: expect.stringContaining('ssh-keyscan'),
      });
    }
    expect(await readFile(empty, 'utf8')).toBe('');
  });

  test('a key that the server does not know is refused; no other key is tried', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    await using other = await sshServer();
    await using source = await testSource();
    await rig.commit({ a: 'x' });
    const wanted = app(repository(server.url(rig.path), { credentials: withKey(server, { key: other.key }) }));
    expect((await source.look([wanted])).get('web')).toMatchObject({
      code: 'source-refused',
      message: expect.stringContaining('does not let us in'),
    });
  });

  test('a key that others may read is refused with what to do', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    await using source = await testSource();
    await rig.commit({ a: 'x' });
    const key = join(source.folder, 'key');
    await copyFile(server.key, key);
    await chmod(key, 0o644);
    const wanted = app(repository(server.url(rig.path), { credentials: withKey(server, { key }) }));
    expect((await source.look([wanted])).get('web')).toMatchObject({
      code: 'source-refused',
      hint: expect.stringContaining('chmod 600'),
    });
  });

  test('a repository that is not there is refused', async () => {
    await using server = await sshServer();
    await using source = await testSource();
    const wanted = app(repository(server.url('/none.git'), { credentials: withKey(server) }));
    expect((await source.look([wanted])).get('web')).toMatchObject({
      code: 'source-refused',
      message: expect.stringContaining('no repository there'),
    });
  });

  test('a server that takes the connection and is silent costs its limit, and leaves no process', async () => {
    await using rig = await gitRig();
    await using server = await sshServer();
    await using source = await testSource({ timeouts: { look: 500, fetch: 500 } });
    const commit = await rig.commit({ a: 'x' });
    const wanted = app(repository(server.url(rig.path), { credentials: withKey(server) }));
    server.answer(false);
    expect((await source.look([wanted])).get('web')).toMatchObject({ code: 'source-unreachable' });
    await expect(source.fetch(wanted, commit)).rejects.toMatchObject({ code: 'source-unreachable' });
    await expect.poll(() => commandLines(new RegExp(`127.0.0.1.*${rig.path}|${server.port}`))).toEqual([]);
    expect(await readdir(source.reposDir)).toEqual([]);
  });

  test('a submodule with a relative address comes over the same server', async () => {
    await using inner = await gitRig('inner');
    await using outer = await gitRig('outer');
    await using server = await sshServer();
    await using source = await testSource();
    const sub = await inner.commit({ file: 'inner' });
    const relative = `../../${inner.path.split('/').slice(-2).join('/')}`;
    await outer.commit({
      '.gitmodules': `[submodule "lib"]\n\tpath = lib\n\turl = ${relative}\n`,
      lib: { mode: '160000', content: sub },
    });
    const wanted = app(repository(server.url(outer.path), { credentials: withKey(server) }));
    const commit = await source.sync(wanted);
    const target = join(source.folder, 'tree');
    await source.export({ repository: wanted.repository, commit, paths: ['lib'], target, submodules: true });
    expect(await readFile(join(target, 'lib/file'), 'utf8')).toBe('inner');
  });
});
