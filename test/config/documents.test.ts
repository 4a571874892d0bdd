import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as webhookKinds from '../../src/api/webhooks/index.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { refreshedPolicy } from '../../src/config/policy-reference.ts';
import { refreshed } from '../../src/config/reference.ts';
import { starter } from '../../src/config/starter.ts';
import * as checks from '../../src/edges/checks/index.ts';
import * as notifiers from '../../src/edges/notifiers/index.ts';
import * as strategies from '../../src/strategies/index.ts';
import { load, testLoader } from './rig.ts';

const catalogues = {
  notifiers: Object.values(notifiers),
  checks: Object.values(checks),
  strategies: Object.values(strategies).map(({ type }) => type),
  webhooks: Object.values(webhookKinds).map(({ type }) => type),
};
const committed = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('what is committed is what `node scripts/generate-docs.mjs` makes', () => {
  test('docs/configuration.md', async () => {
    const page = await committed('docs/configuration.md');
    expect(page).toBe(refreshed(page, catalogues));
    expect(page).toContain('`health.deadline` | duration | `2m`');
  });

  test('docs/policy.md', async () => {
    const page = await committed('docs/policy.md');
    expect(page).toBe(refreshedPolicy(page));
    expect(page).toContain('| `ports` |');
  });

  test('docs/harbormaster.schema.json', async () => {
    expect(JSON.parse(await committed('docs/harbormaster.schema.json'))).toEqual(jsonSchema(catalogues));
  });
});

test('every key is described and has an example', () => {
  const bare: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties, description, examples, ...rest } = schema as Record<string, unknown>;
    const isSection =
      properties !== undefined || rest['additionalProperties'] !== undefined || rest['items'] !== undefined;
    if (path !== '' && (description === undefined || (examples === undefined && !isSection))) bare.push(path);
    for (const [key, part] of Object.entries(properties ?? {})) look(part, `${path}.${key}`);
    const entries = rest['additionalProperties'];
    if (typeof entries === 'object' && !path.endsWith('environment'))
      for (const part of Object.values((entries as { properties?: object }).properties ?? {})) look(part, `${path}.*`);
  };
  look(jsonSchema(catalogues), '');
  expect(bare).toEqual([]);
});

test('the example loads, and shows what it says', async () => {
  await using loader = await testLoader();
  const files = {
    'harbormaster.yml': await committed('harbormaster.example.yml'),
    'secrets/smtp-password': 'hunter2-hunter2\n',
    'secrets/webhook': 'a-long-signing-secret\n',
    'secrets/forge-webhook': 'what-the-forge-signs-with\n',
    'secrets/slack-url': 'https://hooks.example.com/services/T0/B0/x\n',
    'secrets/ntfy-topic': 'nobody-guesses-it\n',
    'secrets/heartbeat-url': 'https://ping.example.com/s3cret-beat\n',
    'secrets/smtp-url': 'smtps://hm:s3cret-of-mail@mail.example.com\n',
    'secrets/staging.env': 'KEY=value-of-it\n',
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(loader.folder, path)), { recursive: true });
    await writeFile(join(loader.folder, path), content);
  }
  const config = await loadConfig({
    file: loader.file,
    host: 'any',
    environment: { GIT_TOKEN: 'tok-123456' },
    catalogues,
  });
  expect(config.declared).toEqual([
    'monitoring',
    'dashboards',
    'shop-staging',
    'shop',
    'accounts',
    'payments',
    'portainer',
    'wiki',
  ]);
  expect(config.apps.map(({ name, project, ref }) => `${name} ${project} ${ref.name}`)).toEqual([
    'monitoring monitoring main',
    'dashboards dashboards main',
    'shop-staging staging develop',
    'shop shop v2.4.0',
    'accounts accounts main',
    'payments payments main',
    'portainer portainer master',
  ]);
  expect(config.apps.map(({ deploy, drift, onFailure }) => `${deploy} ${drift} ${onFailure}`)).toEqual([
    'auto correct rollback',
    'auto correct rollback',
    'auto correct rollback',
    'manual correct hold',
    'auto correct rollback',
    'approve correct rollback',
    'auto report rollback',
  ]);
  expect(new Set(config.apps.map(({ repository }) => repository.id)).size).toBe(5);
  expect(config.apps.map(({ hooks, checks }) => `${hooks.length} ${checks.length}`)).toContain('3 4');
  expect(config.notifiers.map(({ type }) => type)).toEqual([
    'webhook',
    'slack',
    'ntfy',
    'alertmanager',
    'email',
    'command',
  ]);
  expect(JSON.stringify(config.notifiers)).not.toMatch(/signing|hooks\.example/);
});

test('the minimal form in the head of the example loads', async () => {
  const [, minimal = ''] = (await committed('harbormaster.example.yml')).match(/^((?:# {3}.*\n)+)/m) ?? [];
  const { apps } = await load(minimal.replaceAll(/^# {3}/gm, ''));
  expect(apps.map(({ name }) => name)).toEqual(['myapp']);
});

describe('starter', () => {
  test.each([
    { url: 'https://git.example.com/team/shop.git', app: 'shop', branch: 'main' },
    { url: 'git@git.example.com:team/shop.git', app: '123', branch: 'true' },
    { url: '/srv/git/$${x}/a: b#c.git', app: 'Shop.de', branch: 'feature/#1' },
  ])('what init writes for %o loads', async ({ url, app, branch }) => {
    const { apps } = await load(starter({ url, app, branch }));
    expect(apps).toMatchObject([{ name: app, repository: { url }, ref: { kind: 'branch', name: branch } }]);
  });

  test.each([
    [{ url: 'https://bob:pw@a.example/x.git' }, 'the URL must not hold credentials'],
    [{ app: 'my app' }, '"my app" is no name for an app'],
    [{ branch: '-x' }, 'the branch must be a branch name'],
  ])('%o is refused before anything is written', (wrong, said) => {
    expect(() => starter({ url: 'https://a.example/x.git', app: 'web', branch: 'main', ...wrong })).toThrow(said);
  });

  test('its commented lines load too', async () => {
    const text = starter({ url: 'https://a.example/x.git', app: 'web', branch: 'main' })
      .replaceAll(/^( *)# (?=(?:compose_config|environment|environment_file|token|notifiers):| {2})/gm, '$1')
      .replace(/^ *#.*(?:ssh_key|known_hosts).*$/gm, '');
    const files = { 'secrets/db-password': 'x', 'secrets/webhook': 'a-long-signing-secret', 'secrets/shop.env': 'A=1' };
    await using loader = await testLoader();
    await loader.load('apps: {}', { files });
    await writeFile(loader.file, text);
    const config = await loadConfig({ file: loader.file, host: 'h', environment: { GIT_TOKEN: 't' }, catalogues });
    expect(Object.keys(config.apps[0]?.environment ?? {})).toEqual(['A', 'DOMAIN', 'DB_PASSWORD']);
    expect(config.notifiers).toHaveLength(1);
  });
});
