import { policyOf } from '../../src/core/policy.ts';
import type { HostConfig } from '../../src/model/config.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { AppStatus, PassReport, PlanReport } from '../../src/model/report.ts';
import type { Revision } from '../../src/model/revision.ts';
import { logConfig } from '../support/builders.ts';

export const oldImage = `nginx:1.27@sha256:4f06b3a6${'0'.repeat(56)}`;
export const newImage = `nginx:1.28@sha256:ab12cd34${'0'.repeat(56)}`;

export const revision = (overrides: Partial<Revision> = {}): Revision => ({
  repository: 'https://git.example.com/team/shop.git',
  ref: 'main',
  commit: '9d3e41c2f0a1b2c3d4e5f60718293a4b5c6d7e8f',
  author: { name: 'Ada Lovelace', email: 'ada@example.com', at: '2026-01-31T14:00:00Z' },
  committer: { name: 'Ada Lovelace', email: 'ada@example.com', at: '2026-01-31T14:03:00Z' },
  subject: 'Serve with nginx 1.28',
  ...overrides,
});

export const steps: readonly Step[] = [
  { kind: 'pull', services: ['web'], image: newImage },
  {
    kind: 'replace',
    services: [{ service: 'web', cause: { kind: 'image', from: oldImage, to: newImage } }],
    containers: [{ id: 'c'.repeat(64), name: 'shop-web-1' }],
  },
  { kind: 'await', services: ['web'], condition: 'healthy' },
];

export const planOf = (app: string, of: readonly Step[]): Plan => ({
  app,
  project: app,
  release: 'r'.repeat(64),
  steps: of,
});

export const planned = (overrides: Partial<Extract<PlanReport, { kind: 'planned' }>> = {}): PlanReport => ({
  kind: 'planned',
  app: 'shop',
  revision: revision(),
  release: 'r'.repeat(64),
  changes: [],
  plan: planOf(overrides.app ?? 'shop', steps),
  verdicts: [],
  warnings: [],
  ...overrides,
});

export const inSync = (app: string): PlanReport => planned({ app, plan: planOf(app, []) });

export const passed = (overrides: Partial<PassReport> = {}): PassReport => ({
  app: 'shop',
  outcome: { kind: 'applied' },
  entry: 42,
  revision: revision(),
  ...overrides,
});

export const appStatus = (overrides: Partial<AppStatus> = {}): AppStatus => ({
  app: 'shop',
  source: { state: 'fetched', detail: 'https://git.example.com/team/shop.git main at 9d3e41c2f0' },
  sync: { state: 'in-sync' },
  health: {
    state: 'healthy',
    services: [{ service: 'web', health: 'healthy', found: 'running (healthy)', containers: ['cccccccccccc'] }],
  },
  operation: undefined,
  blockedBy: [],
  policies: { deploy: 'auto', drift: 'correct', onFailure: 'rollback' },
  desired: { release: 'r'.repeat(64), commit: revision().commit },
  attempted: {
    release: 'r'.repeat(64),
    commit: revision().commit,
    outcome: 'applied',
    at: '2026-01-31T14:03:00Z',
    seq: 42,
  },
  applied: 'r'.repeat(64),
  deployed: { release: 'r'.repeat(64), commit: revision().commit, at: '2026-01-31T14:03:00Z', seq: 42 },
  ...overrides,
});

/** `at` is in minutes before the test's now. */
export const entry = <Body extends EntryBody>(seq: number, minutesAgo: number, body: Body): Entry =>
  ({
    v: 1,
    seq,
    at: new Date(Date.parse('2026-01-31T14:15:00Z') - minutesAgo * 60_000).toISOString(),
    host: 'prod-1',
    instance: 'i0123456',
    prev: 'a'.repeat(64),
    ...body,
  }) as Entry;

type Body<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

export const started = (overrides: Partial<Body<'started'>> = {}): Body<'started'> => ({
  kind: 'started',
  app: 'shop',
  project: 'shop',
  trigger: { kind: 'interval' },
  revision: revision(),
  release: 'r'.repeat(64),
  steps,
  verdicts: [],
  purpose: 'deploy',
  ...overrides,
});

export const finished = (overrides: Partial<Body<'finished'>> = {}): Body<'finished'> => ({
  kind: 'finished',
  app: 'shop',
  intent: 41,
  trigger: { kind: 'interval' },
  revision: revision(),
  release: 'r'.repeat(64),
  outcome: { kind: 'applied' },
  services: [
    {
      service: 'web',
      change: 'replace',
      because: 'image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)',
      image: { from: oldImage, to: newImage },
      digest: { from: 'd1', to: 'd2' },
      imageId: `sha256:${'e'.repeat(64)}`,
      containers: { before: ['c'.repeat(64)], after: ['f'.repeat(64)] },
      completed: false,
    },
  ],
  duration: 12_345,
  purpose: 'deploy',
  ...overrides,
});

export const hostConfig = (overrides: Partial<HostConfig> = {}): HostConfig => ({
  file: '/srv/harbormaster.yml',
  fingerprint: '0',
  origin: { file: '/srv/harbormaster.yml' },
  digests: { apps: {}, settings: {} },
  troubles: [],
  discoveries: [],
  findings: {},
  undiscovered: [],
  host: 'prod-1',
  apps: [],
  declared: [],
  elsewhere: {},
  notifiers: [],
  commitStatus: [],
  windows: [],
  policy: policyOf('policy'),
  imageInterval: 0,
  log: logConfig,
  keepReleases: 3,
  removalGuard: 1,
  logLevel: 'info',
  prune: false,
  secrets: [],
  files: [],
  ...overrides,
});
