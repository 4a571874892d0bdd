import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctor } from '../../../src/edges/doctor/checks.ts';
import { HarborError } from '../../../src/errors.ts';
import type { Engine } from '../../../src/ports.ts';
import { hostConfig } from '../../cli/builders.ts';
import { app } from '../../support/builders.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const away = new HarborError('the engine is away', { code: 'engine-unreachable', hint: 'Start it.' });
const engine = { facts: () => Promise.reject(away) } as unknown as Engine;

test.each([
  [0, 'warn', 'h.yml is valid, and has no app for this host'],
  [1, 'ok', 'h.yml: 1 app on this host'],
  [2, 'ok', 'h.yml: 2 apps on this host'],
])('with %i apps the configuration is told as %s; what fails says why', async (count, state, detail) => {
  await using folder = await temporaryFolder();
  const checks = await doctor({
    engine,
    stateDir: join(folder.path, 'state'),
    loadConfig: async () => hostConfig({ apps: Array.from({ length: count }, () => app()), origin: { file: 'h.yml' } }),
    environment: { PATH: process.env['PATH'] ?? '' },
    user: 'ada',
  });
  expect(checks.find(({ name }) => name === 'configuration')).toMatchObject({ state, detail });
  expect(checks.find(({ name }) => name === 'engine')).toMatchObject({ state: 'fail', detail: away.message });
});

test('a newest configuration that cannot be used is a warning with its reason: the last good one is in force', async () => {
  await using folder = await temporaryFolder();
  const trouble = {
    of: 'configuration',
    code: 'source-unreachable' as const,
    message: 'git.example.org does not answer',
    hint: 'Is it up?',
  };
  const checks = await doctor({
    engine,
    stateDir: join(folder.path, 'state'),
    loadConfig: async () => hostConfig({ origin: { file: 'h.yml' }, troubles: [trouble] }),
    environment: { PATH: process.env['PATH'] ?? '' },
    user: 'ada',
  });
  expect(checks.find(({ name }) => name === 'configuration')).toMatchObject({
    state: 'warn',
    detail: 'h.yml stays in force, because the newest configuration cannot be used: git.example.org does not answer',
    hint: 'Is it up?',
  });
});
