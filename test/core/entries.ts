import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Revision } from '../../src/model/revision.ts';
import type { ServiceRecord } from '../../src/model/service-record.ts';

type Body<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

const who = { name: 'Ada', email: 'ada@example.org', at: '2026-11-20T10:00:00.000Z' };

export const revision = (commit = 'c1'): Revision => ({
  repository: 'https://git.example.org/apps.git',
  ref: 'main',
  commit,
  author: who,
  committer: who,
  subject: 'Change web',
});

const attempt = { app: 'web', trigger: { kind: 'interval' }, revision: revision(), release: 'r1' } as const;

export const opened = (
  apps: Body<'opened'>['snapshot']['apps'] = {},
  forgotten: readonly string[] = [],
  suspension: Body<'opened'>['snapshot']['suspension'] = undefined,
): Body<'opened'> => ({
  kind: 'opened',
  version: '1.0.0',
  snapshot: { apps, forgotten, ...(suspension && { suspension }) },
});

export const started = (more: Partial<Body<'started'>> = {}): Body<'started'> => ({
  kind: 'started',
  ...attempt,
  project: 'web',
  steps: [],
  verdicts: [],
  purpose: 'deploy',
  ...more,
});

export const finished = (more: Partial<Body<'finished'>> = {}): Body<'finished'> => ({
  kind: 'finished',
  ...attempt,
  intent: 1,
  outcome: { kind: 'applied' },
  services: [],
  duration: 1200,
  purpose: 'deploy',
  ...more,
});

export const refused = (outcome: Outcome, more: Partial<Body<'refused'>> = {}): Body<'refused'> => ({
  kind: 'refused',
  ...attempt,
  outcome,
  verdicts: [],
  ...more,
});

export const failed = (more: Partial<Extract<Outcome, { kind: 'failed' }>> = {}): Outcome => ({
  kind: 'failed',
  code: 'compose-invalid',
  message: 'services.web must be a mapping',
  hint: undefined,
  step: undefined,
  ...more,
});

export const blocked = (...reasons: readonly string[]): Outcome => ({
  kind: 'blocked',
  reasons: reasons.map((reason) => ({ code: 'denied', reason, lift: 'a line' })),
});

export const serviceRecord = (more: Partial<ServiceRecord> = {}): ServiceRecord => ({
  service: 'web',
  change: 'replace',
  because: 'the image changed',
  image: { from: undefined, to: 'nginx@sha256:1' },
  digest: { from: undefined, to: 'd1' },
  imageId: 'sha256:1',
  containers: { before: [], after: ['c1'] },
  completed: false,
  ...more,
});

/** The entries that a log would hold after these bodies. */
export const stamped = (...bodies: readonly EntryBody[]): Entry[] =>
  bodies.map((body, index) => ({
    v: 1,
    seq: index + 1,
    at: new Date(Date.UTC(2026, 10, 20, 10, 0, index)).toISOString(),
    host: 'host1',
    instance: 'i1',
    prev: '0'.repeat(64),
    ...body,
  }));
