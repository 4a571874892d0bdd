import { describe, expect, test } from 'vitest';
import { load, loadApp } from './rig.ts';

const errorOf = (lines: string): Promise<string> =>
  loadApp(lines).then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  );

test('hooks, in the order of the file, each moment by itself', async () => {
  const { hooks } = await loadApp(`
hooks:
  on_failure: [{ service: tell }]
  pre_deploy:
    - { service: backup, timeout: 90s }
    - { service: migrate, irreversible: true }
`);
  expect(hooks).toEqual([
    { moment: 'pre_deploy', service: 'backup', limit: 90_000, irreversible: false },
    { moment: 'pre_deploy', service: 'migrate', limit: 300_000, irreversible: true },
    { moment: 'on_failure', service: 'tell', limit: 300_000, irreversible: false },
  ]);
});

test('checks, each with its own options beside those that all have', async () => {
  const { checks } = await loadApp(`
checks:
  - { type: http, url: "http://web:8080/healthz", status: [200, 204] }
  - { type: command, name: front page, service: web, command: [ready], timeout: 500ms, retries: 0, interval: 1s }
`);
  const patience = { limit: 30_000, retries: 2, pause: 2000 };
  expect(checks).toEqual([
    { type: 'http', name: undefined, options: { url: 'http://web:8080/healthz', status: [200, 204] }, ...patience },
    {
      type: 'command',
      name: 'front page',
      options: { service: 'web', command: ['ready'] },
      limit: 500,
      retries: 0,
      pause: 1000,
    },
  ]);
});

describe('what is wrong is said where it stands', () => {
  test.each([
    [
      'hooks: { pre_deploy: migrate }',
      'apps.web.hooks.pre_deploy: must be a list of hooks such as `- service: migrate`',
    ],
    ['hooks: { pre_deploy: [] }', 'must not be an empty list'],
    ['hooks: { predeploy: [{ service: x }] }', 'did you mean "pre_deploy"?'],
    ['hooks: { pre_deploy: [{ timeout: 5m }] }', 'apps.web.hooks.pre_deploy.0.service: is missing'],
    ['hooks: { pre_deploy: [{ service: x, timeout: 5 }] }', 'the unit is missing'],
    ['hooks: { on_failure: [{ service: x, irreversible: true }] }', 'irreversible'],
    ['hooks: { pre_deploy: [{ service: x }, { service: x }] }', 'runs at this moment already'],
    ['checks: [{ type: htp, url: "http://web/" }]', 'did you mean "http"?'],
    ['checks: [{ url: "http://web/" }]', 'type'],
    ['checks: [{ type: http, url: "ftp://web/" }]', 'must be a URL that begins with http:// or https://'],
    ['checks: [{ type: http, url: "http://web/", statuss: 200 }]', 'did you mean "status"?'],
    ['checks: [{ type: tcp, address: db }]', 'must be a host and a port such as db:5432'],
    ['checks: [{ type: command, service: web }]', 'command: is missing'],
    [
      'checks: [{ type: tcp, address: "a:1", name: x }, { type: tcp, address: "b:1", name: x }]',
      'is the name of a check above',
    ],
    ['check: []', 'did you mean "checks"?'],
    ['probes: []', 'here it is called "checks"'],
  ])('%s', async (lines, said) => {
    expect((await errorOf(lines)).replaceAll('[', '.').replaceAll(']', '')).toContain(said);
  });

  test('at the top of the file hooks and checks are in the wrong place', async () => {
    await expect(load('hooks: {}\napps: {}')).rejects.toThrow(/it belongs in an app/);
    await expect(load('checks: []\napps: {}')).rejects.toThrow(/it belongs in an app/);
  });

  test('a window must be long enough for hooks and checks, too', async () => {
    const windows = `
windows:
  - { name: night, kind: allow, cron: "0 22 * * *", duration: 10m, time_zone: UTC }
apps:
  web:
    url: https://git.example.com/team/web.git
`;
    expect((await load(windows)).windows).toHaveLength(1);
    const hooks = '    hooks: { pre_deploy: [{ service: migrate, timeout: 9m }] }\n';
    await expect(load(windows + hooks)).rejects.toThrow(/must be at least 11m30s: .*hooks and checks/);
    const checks = '    checks: [{ type: tcp, address: "web:80", timeout: 3m, retries: 3 }]\n';
    await expect(load(windows + checks)).rejects.toThrow(/must be at least 14m36s/);
  });
});
