import * as z from 'zod';
import { roles } from '../core/access.ts';
import type { TokenRecord } from '../model/access.ts';
import type { HostStatus, PassReport, PlanReport } from '../model/report.ts';
import type { NewToken, Noted } from '../reconcile/harbor.ts';

/**
 * What a client relies on in a daemon's answers: enough to know that they are what their type says. Open to more, so that neighbouring versions
 * understand each other.
 */
const text = z.string();
const texts = z.array(text);
const identity = z.looseObject({ name: text, email: text, at: text });
const revision = z.looseObject({
  repository: text,
  ref: text,
  commit: text,
  author: identity,
  committer: identity,
  subject: text,
});
const serviceCauses = z.array(z.looseObject({ service: text, cause: z.looseObject({ kind: text }) }));
const services = { services: serviceCauses };

const step = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('pull'), services: texts, image: text }),
  z.looseObject({ kind: z.literal('build'), service: text, tag: text }),
  z.looseObject({ kind: z.literal('files'), paths: texts }),
  z.looseObject({ kind: z.literal('stop'), ...services }),
  z.looseObject({
    kind: z.literal('remove-network'),
    network: z.looseObject({ name: text }),
    cause: z.looseObject({ kind: text }),
  }),
  z.looseObject({ kind: z.literal('create'), ...services }),
  z.looseObject({ kind: z.literal('replace'), ...services }),
  z.looseObject({
    kind: z.literal('refresh'),
    ...services,
    by: z.looseObject({ kind: text, signals: texts.optional() }),
  }),
  z.looseObject({ kind: z.literal('start'), ...services }),
  z.looseObject({
    kind: z.literal('mend'),
    ...services,
    mends: z.array(z.looseObject({ kind: text, container: z.looseObject({ id: text, name: text }) })),
  }),
  z.looseObject({ kind: z.literal('await'), services: texts, condition: text }),
  z.looseObject({ kind: z.literal('remove'), ...services }),
  z.looseObject({
    kind: z.literal('hook'),
    moment: z.enum(['pre_deploy', 'post_deploy', 'on_failure', 'pre_remove']),
    service: text,
    limit: z.number(),
    irreversible: z.boolean(),
  }),
  z.looseObject({ kind: z.literal('check'), check: text, advisory: z.boolean() }),
]);

const plan = z.looseObject({ steps: z.array(step) });
const verdicts = z.array(z.looseObject({ gate: text, ruling: z.enum(['allow', 'warn', 'deny']), reason: text }));
const failure = { code: text, message: text, hint: text.optional() };

const approvals = z.array(z.looseObject({ by: text, at: text, seq: z.int() }));
const pending = { have: approvals, need: z.int() };
const approval = z.looseObject({
  plan: text,
  ruling: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('approved'), approvals }),
    z.looseObject({ kind: z.literal('waits'), ...pending }),
    z.looseObject({ kind: z.literal('expired'), ...pending }),
    z.looseObject({ kind: z.literal('rejected'), by: text, reason: text.optional() }),
  ]),
});

export const plans = z.array(
  z.discriminatedUnion('kind', [
    z.looseObject({
      kind: z.literal('planned'),
      app: text,
      revision,
      release: text,
      plan,
      verdicts,
      warnings: texts,
      approval: approval.optional(),
    }),
    z.looseObject({
      kind: z.literal('removal'),
      app: text,
      onRemove: z.enum(['down', 'stop', 'orphan']).optional(),
      plan,
      verdicts,
    }),
    z.looseObject({ kind: z.literal('failed'), app: text, ...failure }),
  ]),
);

const outcome = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('unchanged') }),
  z.looseObject({ kind: z.literal('applied') }),
  z.looseObject({
    kind: z.literal('blocked'),
    reasons: z.array(z.looseObject({ code: text, reason: text, lift: text.optional() })),
  }),
  z.looseObject({ kind: z.literal('failed'), step: text.optional(), ...failure }),
  z.looseObject({ kind: z.literal('interrupted'), step: text.optional() }),
  z.looseObject({ kind: z.literal('superseded'), step: text.optional(), by: text }),
]);

export const reports = z.array(
  z
    .looseObject({ app: text, outcome, entry: z.int().optional(), revision: revision.optional() })
    .meta({ id: 'PassReport', description: 'How one pass over one app ended.' }),
);

const health = z.enum(['healthy', 'progressing', 'degraded', 'missing', 'suspended']);
const pointer = z.looseObject({ release: text.optional(), commit: text.optional() });
const blocks = z.array(
  z.looseObject({
    code: text,
    detail: text,
    hint: text.optional(),
    since: text,
    until: text.optional(),
    lift: text,
  }),
);
const leaving = z.looseObject({
  app: text,
  project: text,
  onRemove: z.enum(['down', 'stop', 'orphan']),
  moved: z.boolean(),
  since: text,
  containers: texts,
  blockedBy: blocks,
});
export const app = z
  .looseObject({
    app: text,
    source: z.looseObject({ state: z.enum(['fetched', 'stale', 'failed', 'unverified']), detail: text }),
    sync: z.discriminatedUnion('state', [
      z.looseObject({ state: z.literal('in-sync') }),
      z.looseObject({ state: z.literal('out-of-sync'), causes: texts }),
      z.looseObject({ state: z.literal('unknown'), because: text }),
    ]),
    health: z.looseObject({
      state: health,
      services: z.array(z.looseObject({ service: text, health, found: text, containers: texts })),
    }),
    operation: text.optional(),
    blockedBy: blocks,
    policies: z.looseObject({ deploy: text, drift: text, onFailure: text }),
    desired: pointer.optional(),
    attempted: pointer.extend({ outcome: text, at: text, seq: z.int() }).optional(),
    applied: text.optional(),
    deployed: z.looseObject({ release: text, commit: text.optional(), at: text, seq: z.int() }).optional(),
  })
  .meta({
    id: 'AppStatus',
    description: 'The five answers of one app: source, sync, health, operation, what blocks it.',
  });
const configuration = z.looseObject({
  origin: z.looseObject({
    file: text.optional(),
    revision: revision.optional(),
    path: text.optional(),
    found: z.array(revision).optional(),
  }),
  since: text.optional(),
  troubles: z.array(z.looseObject({ of: text, ...failure })),
  troubledSince: text.optional(),
});
export const host = z
  .looseObject({
    host: text,
    daemon: z.looseObject({ pid: z.int(), since: text }).optional(),
    suspension: z
      .looseObject({ seq: z.int(), since: text, until: text.optional(), by: text.optional(), reason: text })
      .optional(),
    configuration: configuration.optional(),
    apps: z.array(app),
    leaving: z.array(leaving).optional(),
  })
  .meta({ id: 'HostStatus' });

export const noted = z
  .looseObject({ app: text.optional(), entry: z.int().optional(), summary: text })
  .meta({ id: 'Noted', description: 'Something was written down; without `entry` it was so already.' });

export const token = z
  .looseObject({
    id: text,
    name: text,
    role: z.enum(roles),
    apps: texts,
    expires: text.optional(),
    seq: z.int(),
    since: text,
    by: text.optional(),
  })
  .meta({ id: 'Token', description: 'What a token is good for. The token itself is told once, when it is made.' });
const tokens = z.array(token);
export const newToken = z.looseObject({ token: text, record: token }).meta({ id: 'NewToken' });

export const isTokens = (value: unknown): value is readonly TokenRecord[] => tokens.safeParse(value).success;
export const isNewToken = (value: unknown): value is NewToken => newToken.safeParse(value).success;
export const isPlanReports = (value: unknown): value is readonly PlanReport[] => plans.safeParse(value).success;
export const isPassReports = (value: unknown): value is readonly PassReport[] => reports.safeParse(value).success;
export const isNoted = (value: unknown): value is Noted => noted.safeParse(value).success;
export const isHostStatus = (value: unknown): value is HostStatus => host.safeParse(value).success;
