import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import { type Loader, loadApp, problems, testLoader } from './rig.ts';

const signers = { allowed_signers: 'ada@example.org namespaces="git" ssh-ed25519 AAAA\n' };
const web = 'apps:\n  web:\n    url: https://a.example/x.git\n';

const appOf = async (loader: Loader, lines: string, files: Record<string, string> = signers, rest = '') => {
  const list = join(loader.folder, 'allowed_signers');
  const text = `${web}${lines}${rest}`.replaceAll('LIST', list);
  const { apps, files: watched, fingerprint } = await loader.load(text, { files });
  return { app: apps[0], watched, fingerprint, list };
};

async function faultOf(work: Promise<unknown>, { folder }: Loader): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  return error instanceof HarborError ? error.message.replaceAll(`${folder}/`, '') : 'none';
}

describe('verify', () => {
  test('verifies the head and its descent, in a mirror that has the history', async () => {
    await using loader = await testLoader();
    const { app, watched, list } = await appOf(loader, '    verify: {allowed_signers: LIST}\n');
    expect(app?.verify).toEqual({
      mode: 'head',
      allowedSigners: { file: list, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      descendantsOnly: true,
    });
    expect(app?.repository).toMatchObject({ whole: true, id: expect.stringMatching(/-whole$/) });
    expect(watched).toContain(list);
  });

  test('is another one when the list of keys is another one', async () => {
    await using loader = await testLoader();
    const lines = '    verify: {allowed_signers: LIST, mode: range, descendants_only: false}\n';
    const before = await appOf(loader, lines);
    const after = await appOf(loader, lines, { allowed_signers: `${signers.allowed_signers}# more\n` });
    expect(after.app?.verify).toMatchObject({ mode: 'range', descendantsOnly: false });
    expect(after.app?.verify?.allowedSigners.digest).not.toBe(before.app?.verify?.allowedSigners.digest);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  test('of `defaults` holds key by key, until an app says none', async () => {
    await using loader = await testLoader();
    const rest = 'defaults: {verify: {mode: range, allowed_signers: LIST}}\n';
    const own = await appOf(loader, '    verify: {descendants_only: false}\n', signers, rest);
    expect(own.app?.verify).toMatchObject({ mode: 'range', descendantsOnly: false });
    const off = await appOf(loader, '    verify: {mode: none}\n', {}, rest);
    expect(off.app?.verify).toBeUndefined();
    expect(off.app?.repository.whole).toBeUndefined();
  });

  test('by a list that is missing or names nobody is told with its place', async () => {
    await using loader = await testLoader();
    const lines = '    verify: {allowed_signers: LIST}\n';
    expect(await faultOf(appOf(loader, lines, {}), loader)).toMatch(
      /^harbormaster\.yml:4:\d+: apps\.web\.verify\.allowed_signers: verifies by the keys in allowed_signers, which does not exist/,
    );
    expect(await faultOf(appOf(loader, lines, { allowed_signers: '# nobody\n\n' }), loader)).toContain(
      'which names nobody; write a line such as: ada@example.org',
    );
  });
});

test('a list of signers is a file of the host, never one beside the configuration or in a repository', async () => {
  expect(await problems(`${web}    verify: {allowed_signers: keys/allowed}\n`)).toContain(
    'apps.web.verify.allowed_signers: must be the absolute path of a file on this host: it must not come from a repository',
  );
});

test('a signed tag needs a tag to follow', async () => {
  const text = `${web}    verify: {mode: tag, allowed_signers: /dev/null}\n`;
  expect(await problems(text)).toContain(
    'apps.web.verify.mode: verifies by `verify.mode: tag`, but follows no tag; add `tag: …`, or set `verify.mode: head`',
  );
});

test.each([
  ['"^1.4"', 'range', '^1.4'],
  ['">=2 <3"', 'range', '>=2 <3'],
  ['"1.4"', 'range', '1.4'],
  ['v1', 'tag', 'v1'],
  ['1.4.2', 'tag', '1.4.2'],
])('tag: %s is a %s', async (written, kind, name) => {
  expect((await loadApp(`tag: ${written}`)).ref).toEqual({ kind, name });
});

test('a tag that is neither a name nor a range is told', async () => {
  expect(await problems(`${web}    tag: "^one"\n`)).toContain(
    'apps.web.tag: must be a tag name as Git knows it, without refs/ before it, or a range of versions such as ^1.4',
  );
});
