import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { placeholder } from '../../src/core/placeholder.ts';
import { reveal } from '../../src/model/secret.ts';
import { catalogues, testLoader } from './rig.ts';

const text = `
apps:
  web:
    url: https://git.example.com/team/web.git
    environment: {PASSWORD: "\${WEB_PASSWORD}", KEY: "\${file:/run/secrets/key}", HOST: "\${HOST:-local}"}
    environment_file: [none.env]
    verify: {allowed_signers: /nonexistent/signers}
  theirs:
    url: https://git.example.com/team/theirs.git
    hosts: [other]
    project: web
notifiers:
  - {type: bell, url: "\${HOOK}"}
`;

async function loaded(afar: { everyHost: boolean; lacks?: (what: string) => void }, environment = {}) {
  await using loader = await testLoader();
  await loader.load('apps: {}');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(loader.file, text);
  return await loadConfig({ file: loader.file, host: 'web-1', environment, catalogues, afar });
}

test('from afar, what the host has and this machine lacks gets a placeholder and is told; notifiers are nobody’s', async () => {
  const told: string[] = [];
  const { apps, notifiers } = await loaded({ everyHost: true, lacks: (what) => told.push(what) });
  expect(apps.map(({ name }) => name)).toEqual(['web', 'theirs']);
  expect(notifiers).toEqual([]);
  expect(told).toEqual([
    'the variable WEB_PASSWORD',
    'the file /run/secrets/key',
    'the file none.env',
    'the list of signers /nonexistent/signers',
  ]);
  const { PASSWORD, KEY, HOST } = apps[0]?.environment ?? {};
  expect([PASSWORD, KEY, HOST].map((value) => value && reveal(value))).toEqual([
    placeholder('the variable WEB_PASSWORD'),
    placeholder('the file /run/secrets/key'),
    'local',
  ]);
});

test('what is here is what it is, and apps of other hosts are left out where a host is named', async () => {
  const told: string[] = [];
  const config = await loaded({ everyHost: false, lacks: (what) => told.push(what) }, { WEB_PASSWORD: 'here' });
  const password = config.apps[0]?.environment['PASSWORD'];
  expect(password && reveal(password)).toBe('here');
  expect(told).not.toContain('the variable WEB_PASSWORD');
  expect(config.apps.map(({ name }) => name)).toEqual(['web']);
});

test('unless placeholders are wanted, what is missing is wrong', async () => {
  await expect(loaded({ everyHost: true })).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(/WEB_PASSWORD[\s\S]*none\.env[\s\S]*signers/) as string,
  });
});
