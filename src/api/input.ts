import type { Context } from 'hono';
import * as z from 'zod';
import { visible } from '../core/visible.ts';
import { HarborError } from '../errors.ts';

const appName = z.string().min(1).max(200);
const appNames = z.array(appName).max(1_000);
const applyBody = z.strictObject({ apps: appNames.default([]) });

/** The apps that a query names; none: all. */
export const appsOf = (context: Context): readonly string[] => valid(appNames, context.req.queries('app') ?? []);

export async function applyRequest(context: Context): Promise<z.output<typeof applyBody>> {
  const text = await context.req.text();
  return valid(applyBody, text === '' ? {} : parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HarborError('the body is not JSON', {
      code: 'usage',
      hint: 'Send {"apps": ["NAME"]}, or {"apps": []} for all.',
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

/** Node cannot ask a Unix socket who is at its other end, so the user is what the client says it is. Who may connect at all is the socket's file mode. */
export const userHeader = 'harbormaster-user';

const mostLetters = 64;

export function claimedUser(context: Context): string | undefined {
  const header = context.req.header(userHeader);
  return header === undefined || header === '' ? undefined : visible(decoded(header)).slice(0, mostLetters);
}

/** Percent-encoded, because a header holds ASCII only. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
