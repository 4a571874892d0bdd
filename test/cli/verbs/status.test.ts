import { expect, test } from 'vitest';
import type { AppStatus, HostStatus } from '../../../src/model/report.ts';
import { appStatus } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const host = (apps: readonly AppStatus[], daemon?: HostStatus['daemon']) => ({
  harbor: { status: async () => ({ host: 'prod-1', daemon, apps }) },
});

const running = { pid: 12, since: '2026-01-31T12:00:00Z' };

const crm = appStatus({
  app: 'crm',
  sync: { state: 'out-of-sync', causes: ['service agent mounts the socket of the engine'] },
  blockedBy: [
    {
      code: 'denied',
      detail: 'service agent mounts the socket of the engine',
      hint: 'To allow it, add to the configuration: apps.crm.allow.engine_socket: [agent]',
      since: '2026-01-31T14:03:00Z',
      until: undefined,
      lift: 'harbormaster plan crm',
    },
  ],
});

const block = (code: string) => ({
  code,
  detail: 'it is so',
  hint: undefined,
  since: '2026-01-31T14:05:00Z',
  until: undefined,
  lift: 'harbormaster retry shop',
});

const wiki = appStatus({
  app: 'wiki',
  sync: { state: 'out-of-sync', causes: ['web: found exited (1)'] },
  health: {
    state: 'degraded',
    services: [{ service: 'web', health: 'degraded', found: 'exited (1)', containers: ['dddddddddddd'] }],
  },
});

test('status is one sentence, one line an app, and for each trouble why and what lifts it', async () => {
  const { stdout, exitCode } = await harbormaster(
    'status',
    host([appStatus(), crm, appStatus({ app: 'blog' }), wiki], running),
  );
  expect(stdout).toBe(`\
prod-1: 2 of 4 apps match Git and are healthy; 1 is blocked, 1 is degraded.

APP   SOURCE   SYNC         HEALTH    LAST DEPLOYMENT
shop  fetched  in sync      healthy   9d3e41c2f0, 12 min ago (2026-01-31 14:03:00 UTC)
crm   fetched  out of sync  healthy   9d3e41c2f0, 12 min ago (2026-01-31 14:03:00 UTC)
blog  fetched  in sync      healthy   9d3e41c2f0, 12 min ago (2026-01-31 14:03:00 UTC)
wiki  fetched  out of sync  degraded  9d3e41c2f0, 12 min ago (2026-01-31 14:03:00 UTC)

crm is blocked, since 12 min ago (2026-01-31 14:03:00 UTC)
  service agent mounts the socket of the engine
  → To allow it, add to the configuration: apps.crm.allow.engine_socket: [agent]
  → harbormaster plan crm

wiki is degraded
  web: found exited (1)
  → harbormaster why wiki

Daemon: pid 12, started 2 h ago (2026-01-31 12:00:00 UTC).
`);
  expect(exitCode).toBe(0);
});

const suspended = {
  code: 'suspended',
  detail: 'suspended by ada until 2026-01-31 16:03:00 UTC: the database moves',
  hint: undefined,
  since: '2026-01-31T14:03:00Z',
  until: '2026-01-31T16:03:00Z',
  lift: 'harbormaster resume shop',
};

test('suspended apps are counted as such, whatever else is wrong with them', async () => {
  const shop = appStatus({
    blockedBy: [{ ...suspended, code: 'unhealthy', detail: 'web exited', until: undefined }, suspended],
  });
  const { stdout } = await harbormaster('status', host([shop, appStatus({ app: 'blog' }), wiki], running));
  expect(stdout).toMatch(/^prod-1: 1 of 3 apps matches Git and is healthy; 1 is suspended, 1 is degraded\.$/m);
  expect(stdout).toContain(
    'shop is suspended, since 12 min ago (2026-01-31 14:03:00 UTC), until 2026-01-31 16:03:00 UTC\n  suspended by ada',
  );
});

test('that the whole host is suspended is said first, with what ends it', async () => {
  const { since, until } = suspended;
  const suspension = { seq: 7, since, until, by: 'ada', reason: 'the host moves' };
  for (const apps of [[appStatus()], []]) {
    const harbor = { status: async () => ({ host: 'prod-1', daemon: running, suspension, apps }) };
    const { stdout } = await harbormaster('status', { harbor });
    expect(stdout).toMatch(
      /^prod-1 is suspended by ada until 2026-01-31 16:03:00 UTC, since 12 min ago \(.*\): the host moves\n→ harbormaster resume --all\n\nprod-1: /,
    );
  }
});

test('a host on which all is well takes no more than its table', async () => {
  const { stdout } = await harbormaster('status', host([appStatus(), appStatus({ app: 'blog' })], running));
  expect(stdout).toMatch(/^prod-1: all 2 apps match Git and are healthy\.\n\nAPP/);
  expect(stdout).not.toContain('→');
});

test('without a daemon, status says that nothing heals by itself', async () => {
  const { stdout } = await harbormaster('status', host([appStatus()]));
  expect(stdout).toMatch(/^prod-1: its one app matches Git and is healthy\.$/m);
  expect(stdout).toMatch(
    /\nNo daemon runs here: Git is not looked at, and nothing heals by itself\.\n→ harbormaster run\n$/,
  );
});

test.each([
  [
    'that is worked on',
    { operation: 'replace web' },
    /1 is being worked on\.[\s\S]*shop is being worked on now: replace web\n/,
  ],
  [
    'that was never deployed',
    {
      deployed: undefined,
      sync: { state: 'out-of-sync', causes: ['never deployed'] },
      source: { state: 'stale', detail: 'URL main: not looked at yet' },
    },
    /1 was never deployed\.[\s\S]*never\n\nshop was never deployed\n {2}URL main: not looked at yet\n/,
  ],
  [
    'whose state is unknown',
    { sync: { state: 'unknown', because: 'its release was not kept' } },
    /1 is unknown\.[\s\S]*shop is unknown\n {2}its release was not kept\n/,
  ],
  [
    'that is paused by hand',
    {
      health: {
        state: 'suspended',
        services: [{ service: 'web', health: 'suspended', found: 'paused', containers: [] }],
      },
    },
    /1 is paused\.[\s\S]*shop is paused\n {2}web: suspended, paused\n/,
  ],
  [
    'whose deployment failed',
    {
      blockedBy: [
        {
          code: 'source-unreachable',
          detail: 'Git does not answer',
          hint: 'Is the network up? At once: harbormaster retry shop',
          since: '2026-01-31T14:05:00Z',
          until: '2026-01-31T14:20:00Z',
          lift: 'harbormaster retry shop',
        },
      ],
    },
    /1 failed\.[\s\S]*shop failed, since 10 min ago \(2026-01-31 14:05:00 UTC\), tried again at 2026-01-31 14:20:00 UTC\n {2}Git does not answer\n {2}→ Is the network up\? At once: harbormaster retry shop\n\n/,
  ],
  ['that a person holds', { blockedBy: [block('held')] }, /1 is held\.[\s\S]*shop is held, since 10 min ago/],
  ['that is deployed by hand', { blockedBy: [block('manual')] }, /1 waits for a person\./],
  ['that was rolled back by hand', { blockedBy: [block('quarantined')] }, /1 is blocked\./],
  ['that left its release', { blockedBy: [block('drift-fought')] }, /1 drifted\./],
  [
    'that waits before it tries again',
    { blockedBy: [{ ...block('retry'), until: '2026-01-31T14:20:00Z' }] },
    /, tried again at 2026-01-31 14:20:00 UTC\n/,
  ],
] as const)('an app %s is told so', async (_what, overrides, text) => {
  const { stdout } = await harbormaster('status', host([appStatus(overrides as Partial<AppStatus>)], running));
  expect(stdout).toMatch(text);
});

test('of several blocks the worst comes first, each with what lifts it, and nothing is said twice', async () => {
  const held = { ...block('held'), detail: 'held by ada: the sale', lift: 'harbormaster release shop' };
  const failed = { ...block('unhealthy'), detail: 'service web exited (1)', hint: 'Push a fix, or try it once more.' };
  const waits = { ...block('retry'), detail: 'the registry did not answer' };
  const { stdout } = await harbormaster(
    'status',
    host(
      [
        appStatus({
          sync: { state: 'out-of-sync', causes: ['service web exited (1)', 'db: found paused'] },
          blockedBy: [held, failed, waits],
        }),
      ],
      running,
    ),
  );
  expect(stdout).toContain(`
shop failed, since 10 min ago (2026-01-31 14:05:00 UTC)
  service web exited (1)
  db: found paused
  → Push a fix, or try it once more.
  → harbormaster retry shop
  the registry did not answer
  held by ada: the sale
  → harbormaster release shop

`);
});

test('status --json is the status as it is', async () => {
  const { stdout } = await harbormaster('status --json', host([crm], running));
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify({ host: 'prod-1', daemon: running, apps: [crm] })));
});

test('a host without apps says where they go', async () => {
  const { stdout } = await harbormaster('status', host([], running));
  expect(stdout).toBe('prod-1: no app is declared for this host.\n→ Add one under `apps:` in the configuration.\n');
});

test('why the newest configuration is not in force comes with its place and what to do, and since when', async () => {
  const configuration = {
    origin: { file: '/etc/harbormaster/harbormaster.yml' },
    since: '2026-01-31T10:00:00Z',
    troubles: [
      {
        of: 'configuration',
        code: 'config-invalid' as const,
        message: 'harbormaster.yml:3:5: apps.shop.brunch: unknown key; did you mean "branch"?',
        hint: 'docs/configuration.md lists every key.',
      },
    ],
    troubledSince: '2026-01-31T14:05:00Z',
  };
  const status = async () => ({ host: 'prod-1', daemon: running, configuration, apps: [appStatus()] });
  const { stdout } = await harbormaster('status', { harbor: { status } });
  expect(stdout).toContain(
    'The newest configuration is refused, since 10 min ago (2026-01-31 14:05:00 UTC); what was in force stays so:\n  harbormaster.yml:3:5: apps.shop.brunch: unknown key; did you mean "branch"?\n  → docs/configuration.md lists every key.\n\nConfiguration: /etc/harbormaster/harbormaster.yml, in force since 4 h ago',
  );
});

test('who cannot be told what happens comes first: since when, how much waits, why, and what to do', async () => {
  const trouble = {
    since: '2026-01-31T14:05:00Z',
    message: 'the webhook at hooks.example.com was not delivered: it answered 503',
    hint: 'Check the url.',
    attempts: 4,
    next: '2026-01-31T14:16:00Z',
  };
  const deliveries = [
    { target: 'ops', waiting: 0, refused: 0 },
    { target: 'pager', waiting: 2, refused: 0, trouble },
    { target: 'chat', waiting: 1, refused: 0, trouble: { ...trouble, hint: undefined } },
  ];
  const { stdout } = await harbormaster('status', {
    harbor: { status: async () => ({ host: 'prod-1', daemon: running, deliveries, apps: [appStatus()] }) },
  });
  expect(stdout).toMatch(`\
pager cannot be told, since 10 min ago (2026-01-31 14:05:00 UTC); 2 messages wait.
  the webhook at hooks.example.com was not delivered: it answered 503
  → Check the url.

chat cannot be told, since 10 min ago (2026-01-31 14:05:00 UTC); 1 message waits.
  the webhook at hooks.example.com was not delivered: it answered 503

prod-1: `);
  expect(stdout).not.toContain('ops');
});
