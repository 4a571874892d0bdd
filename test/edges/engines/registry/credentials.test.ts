import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dockerCredentials } from '../../../../src/edges/engines/registry/credentials.ts';
import type { HarborError } from '../../../../src/errors.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-docker-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function loginFor(name: string, config: unknown): Promise<unknown> {
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return await headerFor(name);
}

async function headerFor(name: string): Promise<unknown> {
  const header = await dockerCredentials({ dockerConfig: folder, environment: { PATH: folder } })(name);
  return JSON.parse(Buffer.from(header['x-registry-auth'] ?? '', 'base64').toString());
}

async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

test('without a configuration, nobody is logged in', async () => {
  expect(await headerFor('ghcr.io/a')).toEqual({});
});

test.each([
  ['ghcr.io/acme/web', 'ghcr.io', 'ghcr.io'],
  ['ghcr.io/acme/web', 'https://ghcr.io/v2/', 'ghcr.io'],
  ['nginx', 'https://index.docker.io/v1/', 'https://index.docker.io/v1/'],
  ['registry:5000/a', 'http://registry:5000', 'registry:5000'],
])('%s uses the login of %s', async (name, key, serveraddress) => {
  const login = await loginFor(name, {
    auths: { [key]: { auth: base64('me:pass:word') }, 'other.org': { auth: base64('x:y') } },
  });
  expect(login).toEqual({ username: 'me', password: 'pass:word', serveraddress });
});

test('a login never goes to another registry', async () => {
  expect(await loginFor('evil.org/ghcr.io/web', { auths: { 'ghcr.io': { auth: base64('me:secret') } } })).toEqual({});
});

test('an identity token goes instead of a password', async () => {
  const login = await loginFor('r.io/a', { auths: { 'r.io': { auth: base64('me:'), identitytoken: 'tok' } } });
  expect(login).toEqual({ identitytoken: 'tok', serveraddress: 'r.io' });
});

test('the header is padded: the engine takes it for nobody otherwise', async () => {
  for (const password of ['a', 'aa', 'aaa', '???>>>']) {
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { 'r.io': { auth: base64(`me:${password}`) } } }),
    );
    const header =
      (await dockerCredentials({ dockerConfig: folder, environment: {} })('r.io/a'))['x-registry-auth'] ?? '';
    expect(header).toMatch(/^[A-Za-z0-9_-]+=*$/);
    expect(header.length % 4).toBe(0);
  }
});

test('a helper is asked by its standard input; the one of the registry goes before the store', async () => {
  await helper(
    'own',
    'read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"$1-$server\\",\\"Secret\\":\\"s\\"}"',
  );
  const config = { credHelpers: { 'r.io': 'own' }, credsStore: 'none', auths: { 'r.io': { auth: base64('x:y') } } };
  expect(await loginFor('r.io/a', config)).toEqual({ username: 'get-r.io', password: 's', serveraddress: 'r.io' });
});

test('a store may hold a token, or nothing', async () => {
  await helper(
    'store',
    'read server; [ "$server" = r.io ] && echo \'{"Username":"<token>","Secret":"t"}\' && exit; echo "credentials not found in native keychain"; exit 1',
  );
  expect(await loginFor('r.io/a', { credsStore: 'store' })).toEqual({ identitytoken: 't', serveraddress: 'r.io' });
  expect(await loginFor('q.io/a', { credsStore: 'store' })).toEqual({});
});

test('a helper that fails or is not there is named', async () => {
  await helper('broken', 'echo "no keyring\u0007"; exit 1');
  await expect(loginFor('r.io/a', { credsStore: 'broken' })).rejects.toMatchObject({
    code: 'image-unavailable',
    message: 'docker-credential-broken gave no login: no keyring<U+0007>',
  });
  await expect(loginFor('r.io/a', { credsStore: 'absent' })).rejects.toMatchObject({ code: 'tool-missing' });
});

test('a broken configuration is refused without a word of what is in it', async () => {
  await writeFile(join(folder, 'config.json'), '{"auths":{"r.io":{"auth":"c2VjcmV0');
  const failure = await headerFor('r.io/a').catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'config-invalid' });
  expect(JSON.stringify(failure) + String((failure as HarborError).stack)).not.toContain('c2VjcmV0');
});
