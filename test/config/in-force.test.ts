import { expect, test } from 'vitest';
import { inForce } from '../../src/config/in-force.ts';
import { HarborError } from '../../src/errors.ts';
import { hostConfig } from '../cli/builders.ts';

test('a load that fails leaves the last good one in force, which says so until one succeeds', async () => {
  const next: { error?: HarborError; files: readonly string[] } = { files: ['/h.yml'] };
  const config = inForce(async (told) => {
    next.files.forEach(told);
    if (next.error) throw next.error;
    return hostConfig({ files: next.files });
  });
  expect(() => config.current()).toThrow('before it was loaded');
  await config.load();
  next.error = new HarborError('h.yml:1:1: wrong', { code: 'config-invalid', hint: 'Mend it.' });
  next.files = ['/h.yml', '/new.env'];
  await expect(config.load()).rejects.toThrow('wrong');
  expect(config.current()).toMatchObject({
    files: ['/h.yml'],
    troubles: [{ of: 'configuration', code: 'config-invalid', message: 'h.yml:1:1: wrong', hint: 'Mend it.' }],
  });
  // What the wrong one names is watched: putting it there may be what mends it.
  expect(config.files()).toEqual(['/h.yml', '/new.env']);
  delete next.error;
  await config.load();
  expect(config.current().troubles).toEqual([]);
});

test('what nobody could find out takes no app from what is in force; at the start it is less than all', async () => {
  let next = hostConfig({ declared: ['own'], undiscovered: ['discover[0]'] });
  const config = inForce(async () => next);
  expect(await config.load()).toMatchObject({ declared: ['own'], undiscovered: ['discover[0]'] });
  next = hostConfig({ declared: ['own', 'shop'] });
  await config.load();
  const trouble = { of: 'discover[0]', code: 'source-unreachable', message: 'no', hint: undefined } as const;
  next = hostConfig({ declared: ['own'], undiscovered: ['discover[0]'], troubles: [trouble] });
  expect(await config.load()).toMatchObject({ declared: ['own', 'shop'], undiscovered: [], troubles: [trouble] });
});
