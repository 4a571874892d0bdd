import type { Context } from 'hono';
import * as z from 'zod';
import { askedBy, bareName, userOf } from '../core/actor.ts';
import { visible } from '../core/visible.ts';
import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/entry.ts';

const appName = z.string().min(1).max(200);
const appNames = z.array(appName).max(1_000);
const refName = z.string({ error: 'give a branch, tag or commit: ?ref=NAME' }).min(1).max(255);
const instanceId = z.string().min(1).max(200);
/** A sentence for the record, not an essay. */
const reason = z.string().trim().min(1).max(1_000);

export const operateBody = z.strictObject({
  apps: appNames.default([]),
  overrideWindow: z.boolean().default(false),
  ignoreOrder: z.boolean().default(false),
  reason: reason.optional(),
});
export const mustReasonBody = z.strictObject({ reason });
export const mayReasonBody = z.strictObject({ reason: reason.optional() });
/** Of a plan's digest at least as many digits as are shown. */
const planDigits = z
  .string()
  .regex(/^[0-9a-f]{12,64}$/i, { error: 'must be the first digits of a plan’s digest, at least twelve' });
export const approveBody = z.strictObject({ plan: planDigits, reason: reason.optional() });
export const rejectBody = z.strictObject({ plan: planDigits, reason });
export const approveRemovalBody = z.strictObject({ apps: appNames.min(1), reason });
export const adoptBody = z.strictObject({ from: instanceId.optional(), reason: reason.optional() });
/** Exactly one of the two: what concerns a whole host is never meant by the way. */
const scope = { app: appName.optional(), all: z.literal(true).optional() };
const isOneOf = ({ app, all }: { app?: string | undefined; all?: true | undefined }): boolean =>
  (app === undefined) === (all === true);
const oneOf = { error: 'give either "app" or "all": true' };
export const suspendBody = z
  .strictObject({ ...scope, reason, until: z.string().min(1).max(64).optional(), forever: z.boolean().default(false) })
  .refine(isOneOf, oneOf);
export const resumeBody = z.strictObject({ ...scope, reason: reason.optional() }).refine(isOneOf, oneOf);
export const rollbackBody = z.strictObject({
  to: z.string().min(1).max(64).optional(),
  reason,
  hold: z.boolean().default(false),
  overrideWindow: z.boolean().default(false),
});

/** The apps that a query names; none: all. */
export const appsOf = (context: Context): readonly string[] => valid(appNames, context.req.queries('app') ?? []);

/** What a query previews. */
export const refOf = (context: Context): string => valid(refName, context.req.query('ref'));

/** The app that the path names. */
export const appOf = (context: Context): string => valid(appName, context.req.param('app'));

/** An empty body counts as `{}`. */
export async function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await context.req.text();
  return valid(schema, text === '' ? {} : parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HarborError('the body is not JSON', {
      code: 'usage',
      hint: 'Send an object, such as {"apps": ["NAME"]} or {"reason": "WHY"}.',
      cause,
    });
  }
}

function valid<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (error)
    throw new HarborError(`the request is not valid: ${z.prettifyError(error)}`, { code: 'usage', cause: error });
  return data;
}

/** Who is there, by his own account: believed only of root, who could make us believe anything, and where the kernel could not be asked. */
export const userHeader = 'harbormaster-user';

const mostLetters = 64;

/** Who asks, as far as the kernel vouches for it. */
export function requestTrigger(context: Context): Trigger {
  const claim = claimedUser(context);
  const peer = context.get('peer');
  if (peer) return askedBy(userOf({ ...peer, claim }));
  return claim === undefined ? { kind: 'request' } : askedBy({ kind: 'user', name: claim });
}

function claimedUser(context: Context): string | undefined {
  const header = context.req.header(userHeader);
  return header === undefined || header === '' ? undefined : bareName(visible(decoded(header)).slice(0, mostLetters));
}

interface Overriding {
  readonly overrideWindow: boolean;
  readonly ignoreOrder?: boolean;
  readonly reason?: string | undefined;
}

/** Throws `usage` for an override that nobody gives a reason for. */
export function overrideOf({ overrideWindow, ignoreOrder = false, reason: why }: Overriding) {
  if (!overrideWindow && !ignoreOrder) return {};
  if (why !== undefined) return { ...(overrideWindow && { override: why }), ...(ignoreOrder && { ignoreOrder: why }) };
  const [what, key] = overrideWindow
    ? ['overriding a window', 'overrideWindow']
    : ['ignoring the order', 'ignoreOrder'];
  throw new HarborError(`${what} needs a reason: it is what the deployment log says`, {
    code: 'usage',
    hint: `Send {"apps": ["NAME"], "${key}": true, "reason": "WHY"}.`,
  });
}

/** Percent-encoded, because a header holds ASCII only. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
