import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckoutRequest } from '../../src/cli/wired.ts';
import { wire } from '../../src/wire.ts';
import { rigEnvironment } from '../support/git-rig.ts';
import { temporaryFolder } from './temporary-folder.ts';

const url = 'https://git.example.com/team/shop.git';

const compose = (image: string, more = '') => `
services:
  web:
    image: ${image}
    environment: {PASSWORD: "\${PASSWORD}", DSN: "\${DSN:?say it}"}
    ports: ["\${PORT}:80"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    secrets: [token]${more}
secrets:
  token: {environment: TOKEN}
`;

/** A clone, and a configuration that has more than this machine. There is no engine, and there is no state. */
async function clone(secrets: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder();
  const checkout = join(folder.path, 'clone');
  const git = (...argv: string[]) =>
    execFileSync('git', ['-C', checkout, ...argv], { env: { ...rigEnvironment }, encoding: 'utf8' }).trim();
  await mkdir(checkout);
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', 'git@git.example.com:team/shop.git');
  const commit = async (files: Record<string, string>): Promise<string> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(checkout, path)), { recursive: true });
      await writeFile(join(checkout, path), content);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', Object.keys(files).join());
    return git('rev-parse', 'HEAD');
  };
  const config = join(folder.path, 'harbormaster.yml');
  const configure = (more = '', file = config) =>
    writeFile(
      file,
      `apps:\n  shop:\n    url: ${url}\n    path: deploy\n    environment_file: none.env\n    environment: {PASSWORD: "\${SHOP_PASSWORD}"}\n    on_change: {web: {./nginx.conf: signal HUP}}\n${more}`,
    );
  await configure();
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder.path,
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    ...secrets,
  };
  const invocation = {
    configFile: config,
    stateDir: '/nonexistent',
    environment,
    version: '0',
    commit: 'c',
    hostName: 'ci',
  };
  const preview = (request: Partial<CheckoutRequest> = {}) =>
    wire(invocation).preview({
      apps: [],
      ref: undefined,
      folder: join(checkout, 'deploy'),
      againstRef: undefined,
      againstFile: undefined,
      againstConfig: undefined,
      host: undefined,
      placeholders: true,
      ...request,
    });
  const base = await commit({ 'deploy/compose.yaml': compose('nginx:1.27'), 'deploy/nginx.conf': 'one' });
  return {
    folder,
    checkout,
    git,
    commit,
    configure,
    preview,
    base,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('what a commit would do is rendered, judged and compared with another one; what is missing here is told', async () => {
  await using shop = await clone();
  await shop.commit({ 'deploy/nginx.conf': 'two' });
  const { plans, placeholders } = await shop.preview({ againstRef: shop.base });
  expect(plans).toMatchObject([
    {
      kind: 'planned',
      app: 'shop',
      preview: { ref: 'HEAD', against: shop.base },
      changes: [{ kind: 'refresh', by: { kind: 'signal', signals: ['HUP'] } }],
    },
  ]);
  expect(placeholders).toEqual([
    'the file none.env',
    'the variable DSN',
    'the variable PORT',
    'the variable SHOP_PASSWORD',
    'the variable TOKEN',
  ]);
  await shop.commit({ 'deploy/compose.yaml': compose('nginx:1.28') });
  expect((await shop.preview({ againstRef: 'HEAD~1' })).plans).toMatchObject([
    {
      plan: {
        steps: [{ kind: 'pull', image: 'nginx:1.28' }, { kind: 'files' }, { kind: 'replace' }, { kind: 'await' }],
      },
    },
  ]);
  await shop.commit({ 'README.md': 'x' });
  expect((await shop.preview({ againstRef: 'HEAD~1' })).plans).toMatchObject([{ plan: { steps: [] } }]);
  expect((await shop.preview({ ref: shop.base, againstRef: shop.base })).plans).toMatchObject([
    { plan: { steps: [] } },
  ]);
  expect((await shop.preview()).plans).toMatchObject([{ changes: [{ kind: 'create' }] }]);
});

test('a gate forbids what it would forbid on the host', async () => {
  await using shop = await clone();
  await shop.commit({ 'deploy/compose.yaml': compose('nginx:1.27', '\n    privileged: true') });
  const [plan] = (await shop.preview({ againstRef: shop.base })).plans;
  const verdicts = plan?.kind === 'planned' ? plan.verdicts.filter(({ ruling }) => ruling === 'deny') : [];
  expect(verdicts).toMatchObject([{ gate: 'privileged', service: 'web', lift: 'apps.shop.allow.privileged: [web]' }]);
});

test('it is compared with what a host runs, as its status told; a commit that the clone lacks is named', async () => {
  await using shop = await clone();
  const file = join(shop.folder.path, 'status.json');
  const status = (commit: string | undefined) =>
    writeFile(
      file,
      JSON.stringify({ host: 'h', apps: [{ app: 'shop', deployed: commit && { release: 'r', commit } }] }),
    );
  await shop.commit({ 'deploy/nginx.conf': 'two' });
  await status(shop.base);
  expect((await shop.preview({ againstFile: file })).plans).toMatchObject([{ changes: [{ kind: 'refresh' }] }]);
  await status(undefined);
  expect((await shop.preview({ againstFile: file })).plans).toMatchObject([{ changes: [{ kind: 'create' }] }]);
  await status('f'.repeat(40));
  expect((await shop.preview({ againstFile: file })).plans).toMatchObject([
    {
      kind: 'failed',
      code: 'ref-missing',
      message: expect.stringContaining('f'.repeat(40)),
      hint: expect.stringContaining('Fetch'),
    },
  ]);
  await writeFile(file, '[]');
  await expect(shop.preview({ againstFile: file })).rejects.toMatchObject({ code: 'usage' });
});

test('an app that a new configuration drops would be removed, and one that it brings would be made', async () => {
  await using shop = await clone();
  const before = join(shop.folder.path, 'before.yml');
  await shop.configure('', before);
  await writeFile(join(shop.folder.path, 'harbormaster.yml'), `apps:\n  next:\n    url: ${url}\n    path: deploy\n`);
  const { plans } = await shop.preview({ againstRef: 'HEAD', againstConfig: before });
  expect(plans).toMatchObject([
    { kind: 'planned', app: 'next', changes: [{ kind: 'create' }] },
    {
      kind: 'removal',
      app: 'shop',
      plan: { steps: [{ kind: 'remove', services: [{ service: 'web' }] }, { kind: 'remove-network' }] },
    },
  ]);
});

test('without placeholders what is missing is a mistake; a folder that is no clone and a ref that is none are told', async () => {
  await using shop = await clone();
  await expect(shop.preview({ placeholders: false })).rejects.toMatchObject({ code: 'config-invalid' });
  await expect(shop.preview({ folder: '/' })).rejects.toMatchObject({ code: 'usage' });
  await expect(shop.preview({ ref: '--help' })).rejects.toMatchObject({ code: 'ref-missing' });
  await expect(shop.preview({ apps: ['none'] })).rejects.toMatchObject({ code: 'app-unknown' });
});

test('which apps are meant is known by their repository, or by their names', async () => {
  await using shop = await clone();
  await shop.configure('  other:\n    url: https://git.example.com/team/other.git\n');
  expect((await shop.preview()).plans.map(({ app }) => app)).toEqual(['shop']);
  shop.git('remote', 'set-url', 'origin', 'https://git.example.com/fork/shop.git');
  await expect(shop.preview()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('fork/shop') });
  expect((await shop.preview({ apps: ['shop'] })).plans.map(({ app }) => app)).toEqual(['shop']);
});

test('a secret that is here stands in no plan, also not in what Compose says of it', async () => {
  const secret = 'correct-horse-battery';
  await using shop = await clone({ SHOP_PASSWORD: secret });
  await shop.commit({ 'deploy/compose.yaml': compose('nginx:1.27').replace('"${PASSWORD}"', '"x${PASSWORD}"') });
  const { plans, placeholders } = await shop.preview({ againstRef: shop.base });
  expect(plans).toMatchObject([{ changes: [{ cause: { fields: ['environment.PASSWORD'] } }] }]);
  expect(placeholders).not.toContain('the variable SHOP_PASSWORD');
  await shop.commit({ 'deploy/compose.yaml': compose('nginx:1.27').replace('${PORT}', '${PASSWORD}') });
  const broken = await shop.preview();
  expect(broken.plans).toMatchObject([{ kind: 'failed', message: expect.stringContaining('***') }]);
  expect(JSON.stringify([plans, broken])).not.toContain(secret);
});
