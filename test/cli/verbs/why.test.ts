import { expect, test } from 'vitest';
import type { AppStatus } from '../../../src/model/report.ts';
import { appStatus } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const host = (...apps: readonly AppStatus[]) => ({
  harbor: { status: async () => ({ host: 'prod-1', daemon: undefined, apps }) },
});

const [old, newer] = [`a1b2c3d4e5f6${'0'.repeat(52)}`, `b7c8d9e0f1a2${'0'.repeat(52)}`];

const trouble = appStatus({
  sync: { state: 'out-of-sync', causes: ['db: found paused'] },
  health: {
    state: 'suspended',
    services: [
      { service: 'web', health: 'healthy', found: 'running (healthy)', containers: [] },
      { service: 'db', health: 'suspended', found: 'paused', containers: [] },
    ],
  },
  policies: { deploy: 'manual', drift: 'report', onFailure: 'hold' },
  desired: { release: newer, commit: '1111111111aa' },
  attempted: { release: newer, commit: '1111111111aa', outcome: 'failed', at: '2026-01-31T14:05:00Z', seq: 45 },
  applied: old,
  deployed: { release: old, commit: '9d3e41c2f0aa', at: '2026-01-31T12:00:00Z', seq: 42 },
  blockedBy: [
    {
      code: 'held',
      detail: 'held by ada: the sale',
      hint: undefined,
      since: '2026-01-31T14:00:00Z',
      until: undefined,
      lift: 'harbormaster release shop',
    },
    {
      code: 'unhealthy',
      detail: 'web exited (1)\nError: no module',
      hint: 'Push a fix, or try it once more.',
      since: '2026-01-31T14:05:00Z',
      until: undefined,
      lift: 'harbormaster retry shop',
    },
  ],
});

test('why answers five questions, then tells each block with its remedy, how far it got, and the policies', async () => {
  const { stdout, exitCode } = await harbormaster('why shop', host(trouble));
  expect(stdout).toBe(`\
shop failed.

  source     Git was reached: https://git.example.com/team/shop.git main at 9d3e41c2f0
  sync       What runs is not what it should be:
             - db: found paused
  health     1 of 2 services healthy:
             - db: suspended, paused
  operation  Nothing is being done now.
  blocked by 2 things, below.

unhealthy, since 10 min ago (2026-01-31 14:05:00 UTC)
  web exited (1)
  Error: no module
  → Push a fix, or try it once more.
  → harbormaster retry shop

held, since 15 min ago (2026-01-31 14:00:00 UTC)
  held by ada: the sale
  → harbormaster release shop

how far it got
  desired    release b7c8d9e0f1a2 of commit 1111111111: what Git asks for
  attempted  release b7c8d9e0f1a2 of commit 1111111111: failed 10 min ago (2026-01-31 14:05:00 UTC), entry 45
  applied    release a1b2c3d4e5f6: whose containers are there
  deployed   release a1b2c3d4e5f6 of commit 9d3e41c2f0: the last that was healthy, since 2 h ago (2026-01-31 12:00:00 UTC), entry 42

policies
  deploy     manual: a new release waits until a person deploys it
  drift      report: containers that left the deployed release are reported, not touched
  on_failure hold: when a release fails, the app is held until a person releases it
`);
  expect(exitCode).toBe(0);
});

test('if all is well, why is one sentence', async () => {
  const { stdout } = await harbormaster('why shop', host(appStatus()));
  expect(stdout).toBe(
    'All is well with shop: it runs what Git declares (release rrrrrrrrrrrr of commit 9d3e41c2f0, since 12 min ago (2026-01-31 14:03:00 UTC)) and is healthy.\n',
  );
});

test('it is not well where Git asks for another release than runs, even if nothing is in the way', async () => {
  const { stdout } = await harbormaster(
    'why shop',
    host(appStatus({ desired: { release: newer, commit: undefined } })),
  );
  expect(stdout).toMatch(/^shop runs what was deployed, and is healthy\.\n/);
  expect(stdout).toContain('\n  desired    release b7c8d9e0f1a2: what Git asks for\n');
});

test('an app that was never deployed is told so, once, with what to do', async () => {
  const { stdout } = await harbormaster(
    'why shop',
    host(
      appStatus({
        sync: { state: 'out-of-sync', causes: ['never deployed'] },
        health: { state: 'missing', services: [] },
        desired: undefined,
        attempted: undefined,
        applied: undefined,
        deployed: undefined,
      }),
    ),
  );
  expect(stdout).toContain('\n  sync       Nothing was deployed yet.\n  health     No service of it is known.\n');
  expect(stdout).toContain('\n  blocked by Nothing.\n  → harbormaster plan shop\n');
  expect(stdout).not.toContain('how far it got');
});

test('why --json is the status of that one app', async () => {
  const { stdout } = await harbormaster('why shop --json', host(appStatus({ app: 'blog' }), trouble));
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(trouble)));
});
