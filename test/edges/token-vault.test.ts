import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokenVault } from '../../src/edges/token-vault.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('a token is recognised by whoever reads the same folder, and by nothing but itself', async () => {
  await using folder = await temporaryFolder();
  const vault = tokenVault(join(folder.path, 'tokens'));
  const { id, token } = await vault.mint();
  const { token: other } = await vault.mint();
  expect(token).toMatch(/^hm_[0-9a-f]{12}_[\w-]{43}$/);
  for (const reader of [vault, tokenVault(join(folder.path, 'tokens'))]) {
    expect(await reader.recognise(token)).toBe(id);
    const [, , secret] = other.split(/(?<=^hm_[0-9a-f]{12})_|_(?=[\w-]{43}$)/);
    for (const wrong of [
      '',
      'hm_',
      token.slice(0, -1),
      `${token}x`,
      `hm_${id}_${secret}`,
      token.toUpperCase(),
      `hm_../${id}`,
    ])
      expect([wrong, await reader.recognise(wrong)]).toEqual([wrong, undefined]);
  }
});

test('what is kept is a digest, for the owner alone', async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, 'tokens');
  const { id, token } = await tokenVault(directory).mint();
  expect(await readdir(directory)).toEqual([id]);
  const kept = await readFile(join(directory, id));
  expect(kept).toHaveLength(32);
  expect(kept.toString('latin1')).not.toContain(token.slice(-10));
  expect([(await stat(join(directory, id))).mode & 0o777, (await stat(directory)).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
});

test('a token that was dropped or whose file was changed opens nothing', async () => {
  await using folder = await temporaryFolder();
  const vault = tokenVault(folder.path);
  const [first, second] = [await vault.mint(), await vault.mint()];
  expect(await vault.recognise(first.token)).toBe(first.id);
  await vault.drop(first.id);
  expect(await vault.recognise(first.token)).toBeUndefined();
  await writeFile(join(folder.path, second.id), '');
  expect(await vault.recognise(second.token)).toBeUndefined();
});
