import * as z from 'zod';
import type { Entry } from '../../model/entry.ts';

/** Strict on the stamp, which the chain hangs on; open to more fields elsewhere, so that versions can read each other's logs. */
const stamp = {
  v: z.literal(1),
  seq: z.int().positive(),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  host: z.string(),
  instance: z.string(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
};

const text = z.string();
const texts = z.array(text);
const trigger = z.looseObject({ kind: text, by: text.optional() });
const identity = z.looseObject({ name: text, email: text, at: text });
const revision = z.looseObject({
  repository: text,
  ref: text,
  commit: text,
  author: identity,
  committer: identity,
  subject: text,
});
const verdict = z.looseObject({ gate: text, ruling: text, reason: text });
const steps = z.array(z.looseObject({ kind: text }));

const outcome = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('unchanged') }),
  z.looseObject({ kind: z.literal('applied') }),
  z.looseObject({ kind: z.literal('blocked'), reasons: z.array(z.looseObject({ reason: text })) }),
  z.looseObject({ kind: z.literal('failed'), code: text, message: text, step: text.optional() }),
  z.looseObject({ kind: z.literal('interrupted'), step: text.optional() }),
]);

const fromTo = z.looseObject({ from: text.optional(), to: text.optional() });
const service = z.looseObject({
  service: text,
  change: text,
  image: fromTo,
  digest: fromTo,
  imageId: text.optional(),
  containers: z.looseObject({ before: texts, after: texts }),
  completed: z.boolean(),
});

const deployed = z.looseObject({ release: text, seq: z.int(), at: text, imageIds: z.record(text, text) });
const attempted = z.looseObject({ seq: z.int(), at: text, outcome });
const open = z.looseObject({ seq: z.int(), release: text.optional() });
const trouble = z.looseObject({ seq: z.int(), since: text, kind: text, message: text, signature: text });
const history = z.looseObject({
  project: text,
  deployed: deployed.optional(),
  attempted: attempted.optional(),
  open: open.optional(),
  trouble: trouble.optional(),
  quarantined: texts,
  completed: texts,
});

const app = { app: text };
const attempt = { ...app, trigger, revision: revision.optional(), release: text.optional() };

const entry = z.discriminatedUnion('kind', [
  z.looseObject({
    ...stamp,
    kind: z.literal('opened'),
    version: text,
    snapshot: z.looseObject({ apps: z.record(text, history) }),
  }),
  z.looseObject({
    ...stamp,
    kind: z.literal('started'),
    ...attempt,
    project: text,
    steps,
    verdicts: z.array(verdict),
    restores: z.boolean().optional(),
  }),
  z.looseObject({
    ...stamp,
    kind: z.literal('finished'),
    ...attempt,
    intent: z.int(),
    outcome,
    services: z.array(service),
    duration: z.number(),
    restores: z.boolean().optional(),
  }),
  z.looseObject({ ...stamp, kind: z.literal('refused'), ...attempt, outcome, verdicts: z.array(verdict) }),
  z.looseObject({ ...stamp, kind: z.literal('recovered'), ...app, after: z.int() }),
  z.looseObject({
    ...stamp,
    kind: z.literal('repaired'),
    offset: z.int().nonnegative(),
    length: z.int().positive(),
    sha256: text,
  }),
]);

const stamped = z.looseObject({ ...stamp, kind: text });

export const isEntry = (value: unknown): value is Entry => entry.safeParse(value).success;

/** Somebody's whole entry, if perhaps not one that this version understands. */
export const isStamped = (value: unknown): boolean => stamped.safeParse(value).success;

/** Where an entry differs from what is known, for people. */
export function whyNotEntry(value: unknown): string {
  const [issue] = entry.safeParse(value).error?.issues ?? [];
  return issue === undefined ? 'nothing' : `${issue.path.join('.')}: ${issue.message}`;
}
