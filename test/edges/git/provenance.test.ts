import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../../src/model/app.ts';
import type { Verification } from '../../../src/model/verification.ts';
import { gitHttpServer } from '../../support/git-http-server.ts';
import { type GitRig, gitRig } from '../../support/git-rig.ts';
import { type SigningKey, type SigningRig, signedCommit, signedTag, signingRig } from '../../support/signing-rig.ts';
import { app, repository, type TestSource, testSource } from './fixture.ts';

let keys: SigningRig;
let ada: SigningKey;
let eve: SigningKey;

beforeAll(async () => {
  keys = await signingRig();
  ada = await keys.key('ada');
  eve = await keys.key('eve');
  await keys.allow(ada.line('ada@example.org'));
});

afterAll(async () => {
  await keys[Symbol.asyncDispose]();
});

const verifying = (mode: Verification['mode']): Verification => ({
  mode,
  allowedSigners: { file: keys.allowedSigners, digest: '' },
  descendantsOnly: true,
});

const whole = (rig: GitRig, more: Partial<App> = {}): App => app(repository(rig.path, { whole: true }), more);

/** What the source says of an app's newest commit, with what was deployed before. */
async function proven(source: TestSource, wanted: App, mode: Verification['mode'], since?: string) {
  const commit = await source.sync(wanted);
  const revision = await source.fetch(wanted, commit);
  const bases = since === undefined ? [] : [since];
  return source.provenance({ app: wanted, verify: verifying(mode), revision, since, bases });
}

const signer = () => ({ principal: 'ada@example.org', keyType: 'ED25519', fingerprint: ada.fingerprint });
const file = (content: string) => ({ 'compose.yml': content });

describe('the head', () => {
  test('tells principal, kind and fingerprint of the key that signed it', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    const commit = await signedCommit(rig, ada, file('1'));
    expect(await proven(source, whole(rig), 'head')).toEqual({
      objects: [
        {
          kind: 'commit',
          id: commit,
          by: 'Ada Author <ada@example.org>',
          signature: { kind: 'good', signer: signer() },
        },
      ],
      follows: true,
    });
  });

  test('tells an unknown key, no signature, a changed commit, another kind, and a key that is no longer valid', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    const kindOf = async () => (await proven(source, whole(rig), 'head')).objects[0].signature;
    const signed = await signedCommit(rig, eve, file('1'));
    expect(await kindOf()).toEqual({ kind: 'unknown-key', keyType: 'ED25519', fingerprint: eve.fingerprint });
    await rig.commit(file('2'));
    expect(await kindOf()).toEqual({ kind: 'none' });
    const forge = async (raw: string) =>
      rig.git(['update-ref', 'refs/heads/main', await rig.git(['hash-object', '-t', 'commit', '-w', '--stdin'], raw)]);
    const raw = await rig.git(['cat-file', 'commit', await signedCommit(rig, ada, file('3'))]);
    await forge(raw.replace('a signed change', 'another word'));
    expect(await kindOf()).toEqual({ kind: 'bad' });
    const plain = await rig.git(['cat-file', 'commit', signed]);
    const [head = ''] = plain.split('\ngpgsig');
    await forge(`${head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----\n\nsubject\n`);
    expect(await kindOf()).toEqual({ kind: 'foreign', what: 'GPG' });
  });

  test('is not believed for a key whose line has another time or another use', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    await using others = await signingRig();
    const key = await others.key('late');
    await signedCommit(rig, key, file('1'));
    const wanted = whole(rig);
    const revision = await source.fetch(wanted, await source.sync(wanted));
    const verdict = async (line: string) => {
      await others.allow(line);
      const verify = { ...verifying('head'), allowedSigners: { file: others.allowedSigners, digest: '' } };
      const found = await source.provenance({ app: wanted, verify, revision, since: undefined, bases: [] });
      return found.objects[0].signature.kind;
    };
    const line = key.line('late@example.org');
    expect(await verdict(line)).toBe('good');
    expect(await verdict(line.replace('namespaces="git"', 'namespaces="file"'))).toBe('bad');
    expect(await verdict(line.replace('namespaces="git"', 'valid-before="20200101"'))).toBe('unknown-key');
  });

  test('is judged by the list of the host, whatever the configuration of the mirror says', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    await signedCommit(rig, eve, file('1'));
    await proven(source, whole(rig), 'head');
    const own = join(source.folder, 'own');
    await writeFile(own, eve.line('eve@example.org'));
    await appendFile(join(source.reposDir, 'app.git', 'config'), `[gpg "ssh"]\n\tallowedSignersFile = ${own}\n`);
    expect((await proven(source, whole(rig), 'head')).objects[0].signature.kind).toBe('unknown-key');
  });
});

describe('a range', () => {
  test('is every commit since the deployed one, the newest first', async () => {
    await using rig = await gitRig();
    await using server = await gitHttpServer();
    await using source = await testSource();
    const first = await signedCommit(rig, ada, file('1'));
    const wanted = app(repository(server.serve(rig), { whole: true }));
    await source.sync(wanted);
    const second = await rig.commit(file('2'));
    const third = await signedCommit(rig, ada, file('3'));
    const { objects } = await proven(source, wanted, 'range', first);
    expect(objects.map(({ id, signature }) => [id, signature.kind])).toEqual([
      [third, 'good'],
      [second, 'none'],
    ]);
    expect((await proven(source, wanted, 'head', first)).objects.length).toBe(1);
  });

  test('is the head alone where nothing is deployed, and where what is deployed is ahead of it', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    const first = await rig.commit(file('1'));
    const second = await rig.commit(file('2'));
    expect((await proven(source, whole(rig), 'range')).objects.map(({ id }) => id)).toEqual([second]);
    await rig.git(['update-ref', 'refs/heads/main', first]);
    const found = await proven(source, whole(rig), 'range', second);
    expect([found.objects.map(({ id }) => id), found.follows]).toEqual([[first], false]);
  });
});

describe('descent', () => {
  test('is seen over many commits, and its lack also where the old ones are gone from the server', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    const first = await rig.commit(file('1'));
    await source.sync(whole(rig));
    for (const content of ['2', '3', '4']) await rig.commit(file(content));
    expect((await proven(source, whole(rig), 'head', first)).follows).toBe(true);
    await rig.rewrite(file('5'));
    await rig.git(['gc', '--quiet', '--prune=now']);
    expect((await proven(source, whole(rig), 'head', first)).follows).toBe(false);
    await using fresh = await testSource();
    expect((await proven(fresh, whole(rig), 'head', first)).follows).toBe(false);
  });

  test('is no question for the very commit, and may be from any of the bases', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    const first = await rig.commit(file('1'));
    const wanted = whole(rig);
    const revision = await source.fetch(wanted, await source.sync(wanted));
    const ask = async (bases: readonly string[]) =>
      (await source.provenance({ app: wanted, verify: verifying('head'), revision, since: first, bases })).follows;
    expect(await ask([first])).toBe(true);
    expect(await ask(['f'.repeat(40)])).toBe(false);
    expect(await ask(['f'.repeat(40), first])).toBe(true);
  });
});

describe('a tag', () => {
  const tagged = (rig: GitRig, name: string): App => whole(rig, { ref: { kind: 'tag', name } });

  test('bears a signature of its own, by a key that is known or not, or none', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    await rig.commit(file('1'));
    await signedTag(rig, ada, 'v1');
    await signedTag(rig, eve, 'v2');
    await rig.tag('v3', { annotated: true });
    await rig.tag('v4');
    const signatureOf = async (name: string) => (await proven(source, tagged(rig, name), 'tag')).objects[0];
    expect(await signatureOf('v1')).toMatchObject({
      kind: 'tag',
      name: 'v1',
      by: 'Carl Committer <carl@example.org>',
      signature: { kind: 'good', signer: signer() },
    });
    expect(await signatureOf('v2')).toMatchObject({ signature: { kind: 'unknown-key', fingerprint: eve.fingerprint } });
    expect(await signatureOf('v3')).toMatchObject({ signature: { kind: 'none' } });
    expect(await signatureOf('v4')).toMatchObject({ name: 'v4', signature: { kind: 'none' } });
  });

  test('that was signed under another name is no word on this one', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    await rig.commit(file('1'));
    await signedTag(rig, ada, 'v1');
    await rig.git(['update-ref', 'refs/tags/v9', 'refs/tags/v1']);
    const { objects } = await proven(source, tagged(rig, 'v9'), 'tag');
    expect(objects[0].signature).toEqual({ kind: 'bad' });
  });

  test('of a range is the one that the look chose', async () => {
    await using rig = await gitRig();
    await using source = await testSource();
    await rig.commit(file('1'));
    await signedTag(rig, ada, 'v1.4.0');
    await rig.commit(file('2'));
    await signedTag(rig, eve, 'v1.5.0');
    const wanted = whole(rig, { ref: { kind: 'range', name: '^1.4' } });
    expect((await proven(source, wanted, 'tag')).objects[0]).toMatchObject({
      name: 'v1.5.0',
      signature: { kind: 'unknown-key' },
    });
  });
});
