import type { Context } from 'hono';
import * as z from 'zod';
import type { Caller, Right } from '../../model/access.ts';
import type { Trigger } from '../../model/trigger.ts';
import type { Hearsay } from '../../reconcile/hearsay.ts';
import type { Instruments } from '../../reconcile/instruments.ts';
import type { ShapeName } from '../answer-shapes.ts';
import { bodyOf, queryOf, triggerOf } from '../input.ts';
import type { Served } from '../served.ts';
import type { Streams } from '../streams.ts';
import type { Receive } from '../webhooks/reception.ts';

/** What routes work with, as far as the one who asks may. */
export interface Desk {
  readonly caller: Caller;
  /** Refuses what the caller may not, and leaves out what he may not see. */
  readonly harbor: Served;
  readonly version: string;
  readonly pid: number;
  /** Absolute. */
  readonly configFile: string;
  /** The repository that the configuration comes from now, besides. */
  readonly from: () => string | undefined;
  now(): Date;
  /** Proves the log from its files. */
  verify(): Promise<object>;
  /** What the machine lacks. */
  doctor(): Promise<readonly object[]>;
  readonly hearsay: Pick<Hearsay, 'listen'>;
  readonly instruments: Instruments;
  readonly streams: Streams;
  /** Takes what forges tell; whether it is true is its own business. */
  readonly receive: Receive;
  /** Where the request comes from. */
  readonly address: string;
  /** Aborted when the daemon ends. */
  readonly ending: AbortSignal;
  /** Whether the caller still may what he might. */
  isKnown(): Promise<boolean>;
  /** Begins work that the server waits for before it ends. Throws `daemon-unreachable` once it is closing. */
  keep<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** What an answer is: JSON of a shape; lines of progress and then the reports; events without an end; text. */
export type Answers =
  | { readonly kind: 'json'; readonly shape: ShapeName }
  | { readonly kind: 'progress' }
  | { readonly kind: 'events' }
  | { readonly kind: 'text'; readonly type: string };

/** One route of the API. A new one is a file with one of these, made by `get` or `post`, and one line in `index.ts`. */
export interface Route extends About {
  readonly method: 'GET' | 'POST';
  /** What may stand behind the `?`. A list may be named as often as one likes. */
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodType | undefined;
  /** Throws HarborError. */
  answer(context: Context, desk: Desk): Promise<Response>;
}

interface About {
  /** As hono writes it: `/v1/apps/:app`. */
  readonly path: string;
  /** What the caller needs; undefined: nothing, not even a token. */
  readonly right: Right | undefined;
  /** It is about the host, and not for those whose token is for some apps only. */
  readonly ofHost?: boolean;
  /** One sentence, without its full stop. */
  readonly summary: string;
  readonly answers: Answers;
  /** If it is not 200. */
  readonly status?: number;
}

/** What a request is besides its query or body. */
interface Asked {
  /** What stands in the path for a name such as `:app`. */
  param(name: string): string;
  readonly trigger: Trigger;
  header(name: string): string | undefined;
}

/** For routes that are asked nothing but their path. */
export const none = z.strictObject({});

interface Read<Query extends z.ZodObject> extends About {
  readonly query: Query;
  /** Gives what is answered as JSON, or a whole response. */
  answer(asked: Asked & { readonly query: z.output<Query> }, desk: Desk): unknown;
}

export function get<Query extends z.ZodObject>({ query, answer, ...about }: Read<Query>): Route {
  return {
    ...about,
    method: 'GET',
    query,
    body: undefined,
    answer: async (context, desk) =>
      responseOf(await answer({ ...askedOf(context, desk), query: queryOf(context, query) }, desk)),
  };
}

interface Write<Body extends z.ZodType> extends About {
  readonly body: Body;
  answer(asked: Asked & { readonly body: z.output<Body> }, desk: Desk): unknown;
}

/** What was begun comes to its end also when the daemon is stopped meanwhile. */
export function post<Body extends z.ZodType>({ body, answer, ...about }: Write<Body>): Route {
  return {
    ...about,
    method: 'POST',
    query: undefined,
    body,
    async answer(context, desk) {
      const asked = { ...askedOf(context, desk), body: await bodyOf(context, body) };
      return responseOf(await desk.keep(async () => answer(asked, desk)));
    },
  };
}

const askedOf = (context: Context, { caller }: Desk): Asked => ({
  param: (name) => context.req.param(name) ?? '',
  trigger: triggerOf(context, caller),
  header: (name) => context.req.header(name),
});

const responseOf = (given: unknown): Response => (given instanceof Response ? given : Response.json(given));
