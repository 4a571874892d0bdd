import * as z from 'zod';
import { roles } from '../core/access.ts';
import { HarborError } from '../errors.ts';

/** What may be asked for, each with what it means to whoever writes a client. */
const appName = z.string().min(1).max(200);
const appNames = z.array(appName).max(1_000);
const globs = z.array(z.string().min(1).max(200)).max(100);

/** A sentence for the record, not an essay. */
const reason = z.string().trim().min(1).max(1_000).meta({ description: 'Why; it is kept in the deployment log.' });

const overrideWindow = z
  .boolean()
  .default(false)
  .meta({ description: 'Also while a window is closed; needs a reason, and the right to operate.' });

export const named = z.strictObject({
  app: appNames.default([]).meta({ description: 'As often as one likes; without it: all.' }),
});

export const operateBody = z
  .strictObject({
    apps: appNames.default([]).meta({ description: 'Empty: all, which overrides nothing.' }),
    overrideWindow,
    ignoreOrder: z
      .boolean()
      .default(false)
      .meta({ description: 'Also before what comes first; needs a reason, and the right to operate.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'Operate' });

export const mustReasonBody = z.strictObject({ reason }).meta({ id: 'WithReason' });
export const mayReasonBody = z.strictObject({ reason: reason.optional() }).meta({ id: 'MayHaveReason' });

/** Of a plan's digest at least as many digits as are shown. */
const planDigits = z
  .string()
  .regex(/^[0-9a-fA-F]{12,64}$/, { error: 'must be the first digits of a plan’s digest, at least twelve' })
  .meta({ description: 'The first digits of the digest of the plan that was read, at least twelve.' });

export const approveBody = z.strictObject({ plan: planDigits, reason: reason.optional() }).meta({ id: 'Approve' });
export const rejectBody = z.strictObject({ plan: planDigits, reason }).meta({ id: 'Reject' });

export const approveRemovalBody = z.strictObject({ apps: appNames.min(1), reason }).meta({ id: 'ApproveRemoval' });

export const adoptBody = z
  .strictObject({
    from: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Id of another Harbormaster whose containers may be taken over.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'Adopt' });

/** Exactly one of the two: what concerns a whole host is never meant by the way. */
const scope = { app: appName.optional(), all: z.literal(true).optional() };
const isOneOf = ({ app, all }: { app?: string | undefined; all?: true | undefined }): boolean =>
  (app === undefined) === (all === true);
const oneOf = { error: 'give either "app" or "all": true' };

export const suspendBody = z
  .strictObject({
    ...scope,
    reason,
    until: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: '`30m`, `2h`, `3d`, or a time in ISO 8601; without it: a day.' }),
    forever: z.boolean().default(false).meta({ description: 'Until somebody resumes it.' }),
  })
  .refine(isOneOf, oneOf)
  .meta({ id: 'Suspend' });

export const resumeBody = z
  .strictObject({ ...scope, reason: reason.optional() })
  .refine(isOneOf, oneOf)
  .meta({ id: 'Resume' });

export const rollbackBody = z
  .strictObject({
    to: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'The first digits of a release or of its commit; without it: the last good one.' }),
    reason,
    hold: z.boolean().default(false).meta({ description: 'And stay there; needs the right to operate.' }),
    overrideWindow,
  })
  .meta({ id: 'Rollback' });

export const createTokenBody = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: 'Who acts by it, in the deployment log: like that of a user.' }),
    role: z.enum(roles),
    apps: globs.default([]).meta({
      description: 'Patterns of the names of apps; `*` stands for any characters, `?` for one. Empty: every app.',
    }),
    expires: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: '`12h`, `90d`, or a time in ISO 8601; without it: never.' }),
  })
  .meta({ id: 'CreateToken' });

interface Overriding {
  readonly overrideWindow: boolean;
  readonly ignoreOrder?: boolean;
  readonly reason?: string | undefined;
}

/** Throws `usage` for an override that nobody gives a reason for. */
export function overrideOf({ overrideWindow: window, ignoreOrder: order = false, reason: why }: Overriding) {
  if (!window && !order) return {};
  if (why !== undefined) return { ...(window && { override: why }), ...(order && { ignoreOrder: why }) };
  const [what, key] = window ? ['overriding a window', 'overrideWindow'] : ['ignoring the order', 'ignoreOrder'];
  throw new HarborError(`${what} needs a reason: it is what the deployment log says`, {
    code: 'usage',
    hint: `Send {"apps": ["NAME"], "${key}": true, "reason": "WHY"}.`,
  });
}
