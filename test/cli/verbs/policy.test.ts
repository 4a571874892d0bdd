import { expect, test } from 'vitest';
import { policyOf } from '../../../src/core/policy.ts';
import { presets } from '../../../src/core/presets.ts';
import type { HostConfig } from '../../../src/model/config.ts';
import { app } from '../../support/builders.ts';
import { hostConfig } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const host = policyOf('policy', { changed: ['ports'], general: { ...presets.homelab, ports: ['443'] } });
const apps = [
  app({ name: 'shop', policy: { ...host, place: 'apps.shop.allow' } }),
  app({ name: 'mon', policy: { ...host, own: { host_binds: ['/proc:ro'], replicas: 60 }, place: 'apps.mon.allow' } }),
  app({ name: 'old', policy: policyOf('apps.old.allow', { preset: 'trusted', replaces: true }) }),
];
const config: Partial<HostConfig> = { policy: host, apps, declared: ['shop', 'mon', 'old', 'wiki'] };
const rig = { wired: { loadConfig: async () => ({ ...hostConfig(), ...config }) } };

test('policy shows what is in force, by whose word, and what single apps have besides', async () => {
  for (const command of ['policy', 'policy show']) {
    const { stdout, exitCode } = await harbormaster(command, rig);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(' goes by the preset homelab, and by its own word.\n');
    expect(stdout).toMatch(/^privileged +the preset homelab +none$/m);
    expect(stdout).toMatch(/^ports +policy\.ports +443$/m);
    expect(stdout).toMatch(/^registries +the preset homelab +all$/m);
    expect(stdout).toMatch(/^keys +the preset homelab +those of docs\/policy\.md, and \d+ more$/m);
    expect(stdout).toContain('mon besides, by apps.mon.allow:\n  host_binds: /proc:ro\n  replicas: 60\n');
    expect(stdout).toContain('old goes by the preset trusted instead.\n');
    expect(stdout).not.toContain('shop');
  }
});

test('policy show APP shows all that is in force for it', async () => {
  const { stdout } = await harbormaster('policy show mon', rig);
  expect(stdout).toMatch(/^host_binds +the preset homelab, apps\.mon\.allow +.*\/etc\/localtime:ro.*, \/proc:ro$/m);
  expect(stdout).toMatch(/^replicas +the preset homelab, apps\.mon\.allow +60$/m);
  expect((await harbormaster('policy show wiki', rig)).stdout).toBe(
    'wiki is disabled on this host: nothing judges it.\n',
  );
  expect(await harbormaster('policy show nix', rig)).toMatchObject({ exitCode: 4 });
});

test('policy show --json has whole lists', async () => {
  const { stdout } = await harbormaster('policy show --json', rig);
  const answer = JSON.parse(stdout);
  expect(answer.policy).toMatchObject({ preset: 'homelab', changed: ['ports'] });
  expect(answer.policy.allowances.keys).toEqual(presets.homelab.keys);
  expect(answer.apps.map(({ app: name }: { app: string }) => name)).toEqual(['shop', 'mon', 'old']);
  expect(answer.apps[1]).toMatchObject({ place: 'apps.mon.allow', besides: { replicas: 60 } });
});
