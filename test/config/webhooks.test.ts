import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { catalogues, load, problems, testLoader } from './rig.ts';

const environment = { HOOK: 'a secret of some length', SHORT: 'too short' };
const text = (lines: string, api = 'api: {listen: "127.0.0.1:7460"}\n') =>
  `${api}webhooks:\n  shop: ${lines}\napps: {}\n`;

test('a webhook has a kind, a secret that is shown nowhere, and perhaps apps', async () => {
  const config = await load(text('{type: github, secret: "${HOOK}", apps: [shop-*]}'), { environment });
  expect(config.webhooks?.['shop']).toMatchObject({ type: 'github', apps: ['shop-*'] });
  expect(config.webhooks?.['shop']?.secret.reveal()).toBe(environment.HOOK);
  expect(JSON.stringify(config.webhooks)).not.toContain(environment.HOOK);
  expect(config.secrets).toContain(environment.HOOK);
});

test('the secret may come from a file; a new one is another configuration', async () => {
  await using loader = await testLoader();
  const lines = text('{type: signed, secret: "${file:hook}"}');
  const first = await loader.load(lines, { files: { hook: 'the first secret of some length\n' } });
  expect(first.webhooks?.['shop']?.secret.reveal()).toBe('the first secret of some length');
  const second = await loader.load(lines, { files: { hook: 'another secret of some length' } });
  expect(second.fingerprint).not.toBe(first.fingerprint);
});

describe.each([
  [
    'in the file itself',
    '{type: github, secret: a-secret-in-the-file}',
    /webhooks\.shop\.secret: must not be written here; take it from a file/,
  ],
  [
    'too short',
    '{type: github, secret: "${SHORT}"}',
    /webhooks\.shop\.secret: must be a secret of at least 16 characters; `openssl rand/,
  ],
  ['missing', '{type: github}', /webhooks\.shop\.secret: is missing; it must be a secret/],
  ['of an unknown forge', '{type: sourcehut, secret: "${HOOK}"}', /webhooks\.shop\.type: /],
  ['nothing at all', '', /webhooks\.shop: is empty; it must be a map of settings, at least `type` and `secret`/],
])('a webhook whose secret or kind is %s', (_what, lines, problem) => {
  test('is refused, and no secret is repeated', async () => {
    const told = await problems(text(lines), { environment });
    expect(told).toMatch(problem);
    expect(told).not.toMatch(/a-secret-in-the-file|too short/);
  });
});

test('a name that no address has is refused', async () => {
  const told = await problems(
    'api: {listen: "127.0.0.1:7460"}\nwebhooks:\n  a/b: {type: github, secret: "${HOOK}"}\napps: {}\n',
    { environment },
  );
  expect(told).toContain('is no name for a webhook');
});

test('without an address to come to a webhook is refused', async () => {
  const told = await problems(text('{type: github, secret: "${HOOK}"}', ''), { environment });
  expect(told).toContain('webhooks: need an address to come to; add `api: {listen: "127.0.0.1:7460"}`');
});

test('where a configuration is looked at from afar, nobody needs its secrets', async () => {
  await using loader = await testLoader();
  await loader.load('apps: {}');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(loader.file, text('{type: github, secret: "${HOOK}"}'));
  const config = await loadConfig({
    file: loader.file,
    host: 'h',
    environment: {},
    catalogues,
    afar: { everyHost: false, lacks: () => undefined },
  });
  expect(config.webhooks).toEqual({});
});
