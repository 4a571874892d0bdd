import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { PlanReport } from '../../src/model/report.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image = '';

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (version: string, more: object = {}) =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version }, ...more } } });

const plansOf = (stdout: string) => (JSON.parse(stdout) as { plans: readonly PlanReport[] }).plans;

test('a branch, a tag and a commit that are not deployed are planned by daemon and program alike; nothing is done, written or remembered', async () => {
  const repository = await host.repository('ref');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ ref: { url: repository.url, interval: '1h' } });
  expect(await host.apply('ref')).toEqual({ ref: { kind: 'applied' } });
  await repository.branch('fix');
  const fix = await repository.commit({ 'compose.yaml': compose('two') }, 'Serve two', 'fix');
  await repository.tag('v2', { at: fix });
  await repository.branch('evil');
  await repository.commit({ 'compose.yaml': compose('two', { privileged: true }) }, 'Take over', 'evil');
  const app = host.named('ref');
  const before = { lives: await host.lives('ref'), entries: (await host.journal()).length };

  const look = async () => {
    for (const ref of ['fix', 'v2', fix]) {
      const { code, stdout } = await host.run('plan', app, '--ref', ref, '--json');
      expect(code).toBe(2);
      expect(plansOf(stdout)).toMatchObject([
        {
          revision: { commit: fix, subject: 'Serve two' },
          preview: { ref },
          changes: [{ kind: 'replace', cause: { fields: ['environment.VERSION'] } }],
        },
      ]);
    }
    expect((await host.run('plan', app, '--ref', 'main')).code).toBe(0);
    const evil = await host.run('plan', app, '--ref', 'evil');
    expect(evil).toMatchObject({ code: 3, stdout: expect.stringContaining('privileged') });
    expect(evil.stdout).toContain('Nothing of it is done');
    expect(await host.run('plan', app, '--ref', 'nix')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('no branch and no tag "nix"'),
    });
    expect((await host.run('plan', app, '--ref', 'fix', '--markdown')).stdout).toContain(
      `#### 🟢 \`${app}\` would change`,
    );
    // What the apps follow is still what is planned by itself.
    expect((await host.run('plan', app)).code).toBe(0);
    expect(await host.lives('ref')).toEqual(before.lives);
    expect((await host.journal()).length).toBe(before.entries);
  };
  await look();
  await using _ = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  await look();
});
