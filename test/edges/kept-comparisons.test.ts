import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptComparisons } from '../../src/edges/kept-comparisons.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('what is kept is read again; nothing and nonsense are as if nothing was kept', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'comparisons.json');
  const warned: string[] = [];
  const kept = keptComparisons({ file, logger: { warn: (_, message) => void warned.push(message) } });
  expect(await kept.load()).toEqual({});
  await kept.save({ web: '2026-01-31T12:00:00.000Z' });
  expect(await kept.load()).toEqual({ web: '2026-01-31T12:00:00.000Z' });
  expect(warned).toEqual([]);
  for (const nonsense of ['{', '{"v":1,"apps":{"web":"yesterday"}}']) {
    await writeFile(file, nonsense);
    expect(await kept.load()).toEqual({});
  }
  expect(warned).toHaveLength(2);
});
