import * as z from 'zod';
import type { Entry, EntryBody } from '../../model/entry.ts';

/** SHA-256. */
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Strict on the stamp, which the chain hangs on, and on the words that the history's fold decides by; open to more fields and other words elsewhere,
 * so that versions can read each other's logs.
 */
const stamp = {
  v: z.literal(1),
  seq: z.int().positive(),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  host: z.string(),
  instance: z.string(),
  prev: digest,
};

const text = z.string();
const texts = z.array(text);
const actor = z.looseObject({
  kind: text,
  name: text.optional(),
  uid: z.int().nonnegative().optional(),
  behind: z.looseObject({ name: text, proof: text }).optional(),
  forge: text.optional(),
  delivery: text.optional(),
});
const trigger = z.looseObject({
  kind: text,
  by: text.optional(),
  actor: actor.optional(),
  override: text.optional(),
  ignoreOrder: text.optional(),
});
const means = z.looseObject({
  harbormaster: z.looseObject({ version: text, commit: text }),
  engine: text.optional(),
  compose: text.optional(),
  isolation: text.optional(),
  configuration: text,
});
const identity = z.looseObject({ name: text, email: text, at: text });
const revision = z.looseObject({
  repository: text,
  ref: text,
  commit: text,
  author: identity,
  committer: identity,
  subject: text,
  signer: z.looseObject({ principal: text, keyType: text, fingerprint: text }).optional(),
});
const verdict = z.looseObject({ gate: text, ruling: text, reason: text });
const refreshed = z.array(z.looseObject({ id: text, name: text, from: texts, to: text }));
const step = z.looseObject({ kind: text });
/** The history says which containers an operation brings changed content to: of such a step it must be known. */
const isKnown = ({ kind, containers }: z.output<typeof step>): boolean =>
  kind !== 'refresh' || refreshed.safeParse(containers).success;
const steps = z.array(step.refine(isKnown, { error: 'a refresh without its containers' }));

const outcome = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('unchanged') }),
  z.looseObject({ kind: z.literal('applied') }),
  z.looseObject({
    kind: z.literal('blocked'),
    reasons: z.array(
      z.looseObject({ code: text, reason: text, lift: text.optional(), plan: text.optional(), app: text.optional() }),
    ),
  }),
  z.looseObject({ kind: z.literal('failed'), code: text, message: text, hint: text.optional(), step: text.optional() }),
  z.looseObject({ kind: z.literal('interrupted'), step: text.optional() }),
  z.looseObject({ kind: z.literal('superseded'), step: text.optional(), by: text }),
]);

const purpose = z.enum(['deploy', 'heal', 'restore', 'rollback', 'adopt', 'remove']);
const configured = z.record(text, text);
const claims = z.array(z.looseObject({ id: text, name: text, key: text, digest: text, differs: text.optional() }));

const fromTo = z.looseObject({ from: text.optional(), to: text.optional() });
const service = z.looseObject({
  service: text,
  change: text,
  because: text.optional(),
  image: fromTo,
  digest: fromTo,
  imageId: text.optional(),
  containers: z.looseObject({ before: texts, after: texts }),
  ran: z.array(z.looseObject({ id: text, name: text, image: text.optional(), imageId: text })).optional(),
  completed: z.boolean(),
  configured: configured.optional(),
});

const pointer = { release: text.optional(), commit: text.optional() };
const good = { ...pointer, release: text, at: text, seq: z.int() };
const deployed = z.looseObject({
  ...good,
  imageIds: z.record(text, text),
  configured: z.record(text, z.looseObject({ digest: text, fields: configured })),
});
const consent = z.looseObject({
  plan: text,
  approvals: z.array(z.looseObject({ by: text, at: text, seq: z.int() })),
});
const open = z.looseObject({
  seq: z.int(),
  release: text.optional(),
  purpose,
  step: text.optional(),
  fingerprint: text.optional(),
  hold: z.boolean(),
  reason: text.optional(),
  by: text.optional(),
  consent: consent.optional(),
  removal: z.looseObject({ project: text, onRemove: text, moved: z.boolean() }).optional(),
  refreshes: refreshed.optional(),
  exposure: z.looseObject({ leaves: texts, restarts: texts }).optional(),
});
const moment = z.enum(['pre_deploy', 'post_deploy', 'on_failure', 'pre_remove']);
const hookEnd = z.looseObject({
  result: z.enum(['passed', 'failed', 'lost', 'unstarted']),
  exitCode: z.int().optional(),
  because: text.optional(),
  output: text.optional(),
  duration: z.number().optional(),
});
const hookBegun = {
  moment,
  service: text,
  container: z.looseObject({ id: text, name: text }),
  limit: z.number(),
  irreversible: z.boolean(),
};
const hookRuns = z.array(z.looseObject({ ...hookBegun, intent: z.int(), begunAt: text, end: hookEnd.optional() }));
const checkResult = z.looseObject({
  check: text,
  passed: z.boolean(),
  advisory: z.boolean().optional(),
  attempts: z.int(),
  detail: text,
  output: text.optional(),
  duration: z.number(),
});
const driftState = z.enum(['reported', 'fought', 'failed', 'waiting']);
const since = { seq: z.int(), since: text };
const suspension = z.looseObject({ ...since, until: text.optional(), by: text.optional(), reason: text });
const onRemove = z.enum(['down', 'stop', 'orphan']);
const removal = z.looseObject({ onRemove, grace: z.number().nonnegative(), dependsOn: texts });
const left = z.looseObject({ ...since, state: z.enum(['waiting', 'stopped']), until: text.optional() });
const gone = z.looseObject({ app: text, project: text, seq: z.int(), at: text, how: z.enum(['removed', 'let-go']) });
const removals = z.looseObject({ seq: z.int(), at: text, by: text, apps: texts, reason: text });
const history = z.looseObject({
  project: text,
  desired: z.looseObject(pointer).optional(),
  attempted: z.looseObject({ ...pointer, seq: z.int(), at: text, outcome }).optional(),
  applied: text.optional(),
  deployed: deployed.optional(),
  good: z.array(z.looseObject(good)),
  open: open.optional(),
  unfinished: z
    .looseObject({
      release: text,
      purpose: z.enum(['deploy', 'rollback']),
      reason: text.optional(),
      hold: z.boolean(),
      consent: consent.optional(),
    })
    .optional(),
  trouble: z
    .looseObject({
      ...since,
      kind: z.enum(['failed', 'blocked']),
      message: text,
      signature: text,
      quiet: z.boolean().optional(),
    })
    .optional(),
  drift: z
    .looseObject({
      ...since,
      state: driftState,
      fingerprint: text,
      causes: texts,
      code: text.optional(),
      hint: text.optional(),
    })
    .optional(),
  stale: z.looseObject({ ...since, compared: text.optional() }).optional(),
  objection: z.looseObject({ ...since, release: text, fingerprint: text }).optional(),
  heals: z.array(z.looseObject({ fingerprint: text, at: text, failed: z.boolean() })),
  hold: z.looseObject({ ...since, by: text.optional(), reason: text }).optional(),
  suspension: suspension.optional(),
  accepted: z.looseObject({ from: text, to: text }).optional(),
  quarantined: z.array(z.looseObject({ ...since, release: text, reason: text, byHand: z.boolean() })),
  decisions: z
    .array(
      z.looseObject({
        kind: z.enum(['approved', 'rejected']),
        seq: z.int(),
        at: text,
        by: text,
        plan: text,
        release: text,
        reason: text.optional(),
      }),
    )
    .optional(),
  completed: texts,
  removal: removal.optional(),
  left: left.optional(),
  hooks: z.looseObject({ release: text.optional(), runs: hookRuns, over: z.boolean().optional() }).optional(),
  irreversible: z.looseObject({ ...since, release: text.optional(), service: text }).optional(),
  adopted: z.looseObject({ containers: claims, networks: claims }),
  refreshed: z.array(z.looseObject({ id: text, digests: texts })).optional(),
  exposed: z.array(z.looseObject({ id: text, since: text })).optional(),
});

const role = z.enum(['viewer', 'deployer', 'approver', 'operator', 'admin']);
const token = { id: text, name: text, role, apps: texts, expires: text.optional(), ...since, by: text.optional() };
const digests = { apps: z.record(text, text), settings: z.record(text, text) };
const origin = {
  file: text.optional(),
  revision: revision.optional(),
  path: text.optional(),
  found: z.array(revision).optional(),
};
const configuration = z.looseObject({
  ...digests,
  seq: z.int(),
  at: text,
  digest: text,
  origin: z.looseObject(origin),
  trouble: z.looseObject({ ...since, signature: text, message: text }).optional(),
});

const logState = z.looseObject({
  epoch: z.int().positive(),
  tree: z.array(digest),
  key: text.optional(),
  pruned: z.int().optional(),
  contradicted: text.optional(),
});

const app = { app: text };
const release = { release: text.optional() };
const reason = { reason: text.optional() };
const attempt = { ...app, ...release, trigger, revision: revision.optional() };
const decision = { ...app, ...reason, trigger, plan: text, release: text };
const claimed = { ...app, ...reason, trigger, containers: claims, networks: claims };

const kind = <Kind extends EntryBody['kind'], Shape extends z.ZodRawShape>(name: Kind, shape: Shape) =>
  z.looseObject({ ...stamp, kind: z.literal(name), ...shape });

/** Of one app, or of the whole host. */
const scoped = <Kind extends EntryBody['kind'], Shape extends z.ZodRawShape>(name: Kind, shape: Shape) =>
  z.discriminatedUnion('of', [
    kind(name, { ...shape, of: z.literal('app'), ...app }),
    kind(name, { ...shape, of: z.literal('host') }),
  ]);

const ofTheLogItself = [
  kind('key-changed', { ...reason, trigger, from: text.optional(), to: text, handover: text.optional() }),
  kind('pruned', {
    through: z.int().positive(),
    head: digest,
    files: z.array(z.looseObject({ file: text, first: z.int(), last: z.int(), bytes: z.int(), sha256: digest })),
    checkpoint: text,
    witness: text,
    because: text,
  }),
  kind('damage-accepted', {
    trigger,
    reason: text,
    file: text,
    line: z.int().positive(),
    offset: z.int().nonnegative(),
    what: text,
    after: z.int().nonnegative(),
    before: z.int().positive(),
    sha256: digest.optional(),
  }),
  kind('contradicted', {
    witness: text,
    checkpoint: text,
    size: z.int().positive(),
    theirs: digest,
    ours: digest.optional(),
  }),
] as const;

export const entrySchema = z.discriminatedUnion('kind', [
  kind('opened', {
    version: text,
    snapshot: z.looseObject({
      apps: z.record(text, history),
      forgotten: texts,
      suspension: suspension.optional(),
      gone: z.array(gone).optional(),
      names: z.record(text, z.array(z.looseObject({ name: text, until: z.int() }))).optional(),
      removals: removals.optional(),
      tokens: z.array(z.looseObject(token)).optional(),
      configuration: configuration.optional(),
    }),
    log: logState.optional(),
    previous: z.looseObject({ file: text, bytes: z.int().nonnegative(), torn: z.boolean() }).optional(),
  }),
  kind('started', {
    ...attempt,
    ...reason,
    project: text,
    steps,
    verdicts: z.array(verdict),
    purpose,
    fingerprint: text.optional(),
    hold: z.boolean().optional(),
    consent: consent.optional(),
    overridden: texts.optional(),
    unordered: texts.optional(),
    removal: removal.optional(),
    moved: z.boolean().optional(),
    from: text.optional(),
    means: means.optional(),
  }),
  kind('step', { ...app, intent: z.int(), act: text, title: text }),
  kind('hook-begun', { ...app, intent: z.int(), ...hookBegun }),
  kind('hook-ended', { ...app, intent: z.int(), moment, service: text, container: text, end: hookEnd }),
  kind('finished', {
    ...attempt,
    intent: z.int(),
    outcome,
    services: z.array(service),
    duration: z.number(),
    purpose,
    hooks: hookRuns.optional(),
    checks: z.array(checkResult).optional(),
  }),
  kind('refused', {
    ...attempt,
    outcome,
    verdicts: z.array(verdict),
    steps: steps.optional(),
    from: text.optional(),
    means: means.optional(),
  }),
  kind('recovered', {
    ...app,
    after: z.int(),
    of: z.enum(['release', 'drift', 'policy', 'comparison']),
    revision: revision.optional(),
  }),
  kind('stale', { ...app, compared: text.optional(), limit: z.number() }),
  kind('objected', { ...app, release: text, verdicts: z.array(verdict), more: z.int().optional(), fingerprint: text }),
  kind('drifted', { ...app, release: text, state: driftState, causes: texts, fingerprint: text }),
  kind('held', { ...app, ...release, trigger, reason: text }),
  kind('released', { ...app, ...reason, trigger }),
  scoped('suspended', { trigger, reason: text, until: text.optional() }),
  scoped('resumed', { ...reason, trigger }),
  kind('retried', { ...app, ...release, trigger }),
  kind('history-accepted', { ...app, trigger, reason: text, from: text, to: text }),
  kind('approved', decision),
  kind('rejected', decision),
  kind('removal-set', { ...app, trigger, removal }),
  kind('left', { ...app, project: text, trigger, until: text, removal }),
  kind('returned', { ...app, trigger }),
  kind('renamed', { ...app, from: text, project: text, trigger }),
  kind('removal-approved', { apps: texts, trigger, reason: text }),
  kind('adopted', { ...claimed, project: text }),
  kind('forgotten', claimed),
  kind('token-created', { trigger, token: text, name: text, role, apps: texts, expires: text.optional() }),
  kind('token-revoked', { ...reason, trigger, token: text, name: text }),
  kind('configured', {
    ...origin,
    ...digests,
    trigger,
    digest: text,
    added: texts,
    removed: texts,
    changed: texts,
    keys: texts,
    partial: z.literal(true).optional(),
  }),
  kind('configuration-failed', {
    trigger,
    troubles: z.array(z.looseObject({ of: text, code: text, message: text, hint: text.optional() })),
    signature: text,
  }),
  kind('repaired', { offset: z.int().nonnegative(), length: z.int().positive(), sha256: text }),
  ...ofTheLogItself,
]);

const stamped = z.looseObject({ ...stamp, kind: text });

export const isEntry = (value: unknown): value is Entry => entrySchema.safeParse(value).success;

/** Somebody's whole entry, if perhaps not one that this version understands. */
export const isStamped = (value: unknown): boolean => stamped.safeParse(value).success;

/** Where an entry differs from what is known, for people. */
export function whyNotEntry(value: unknown): string {
  const [issue] = entrySchema.safeParse(value).error?.issues ?? [];
  return issue === undefined ? 'nothing' : `${issue.path.join('.')}: ${issue.message}`;
}
