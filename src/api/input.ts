import type { Context } from 'hono';
import * as z from 'zod';
import { askedBy, bareName, userOf } from '../core/actor.ts';
import { visible } from '../core/visible.ts';
import { HarborError } from '../errors.ts';
import type { Caller } from '../model/access.ts';
import type { Trigger } from '../model/trigger.ts';
import { bytesOf } from './body.ts';

const mostBytes = 64 * 1024;

/** An empty body counts as `{}`. Throws `usage`. */
export async function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = (await bytesOf(context.req.raw, mostBytes)).toString('utf8');
  return valid(schema, text === '' ? {} : parsed(text), (path) => `the member ${path}`);
}

/** What is named once is a text, and a list where the schema wants one. Throws `usage`. */
export function queryOf<Schema extends z.ZodObject>(context: Context, schema: Schema): z.output<Schema> {
  const given = Object.entries(context.req.queries()).map(([name, values]) => [
    name,
    isList(schema.shape[name]) ? values : values.length === 1 ? values[0] : values,
  ]);
  return valid(schema, Object.fromEntries(given), (path) => `?${path}=`);
}

const isList = (schema: z.core.$ZodType | undefined): boolean => {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return isList(schema.unwrap());
  return schema instanceof z.ZodArray;
};

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

/** `called`: how whoever asks writes the name of what he gives. */
type Called = (path: string) => string;

function valid<Schema extends z.ZodType>(schema: Schema, value: unknown, called: Called): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const found = error.issues.map((issue) => sentenceOf(issue, called));
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  throw new HarborError(`the request is not valid: ${found.join('; ')}`, {
    code: 'usage',
    hint: known.length === 0 ? undefined : `It may have: ${known.map(called).join(', ')}. See /v1/openapi.json.`,
    cause: error,
  });
}

function sentenceOf(issue: z.core.$ZodIssue, called: Called): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${called(visible(key))} is not known`).join('; ');
  const path = visible(issue.path.join('.'));
  if (path === '') return issue.message;
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return isMissing ? `${called(path)} is missing` : `${called(path)}: ${issue.message}`;
}

/** Who is there, by his own account: believed only of root, who could make us believe anything, and where the kernel could not be asked. */
export const userHeader = 'harbormaster-user';

const mostLetters = 64;

/** Who asks for it: whom the token stands for, or over the socket whom the kernel vouches for. */
export function triggerOf(context: Context, { kind, name, peer }: Caller): Trigger {
  if (kind === 'token' && name !== undefined) return askedBy({ kind, name });
  if (kind === 'anonymous') return { kind: 'request' };
  const claim = claimedUser(context);
  if (peer) return askedBy(userOf({ ...peer, claim }));
  return claim === undefined ? { kind: 'request' } : askedBy({ kind: 'user', name: claim });
}

function claimedUser(context: Context): string | undefined {
  const header = context.req.header(userHeader);
  return header === undefined || header === '' ? undefined : bareName(visible(decoded(header)).slice(0, mostLetters));
}

/** Percent-encoded, because a header holds ASCII only. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
