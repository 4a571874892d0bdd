import * as z from 'zod';
import { asHarborError, type ErrorCode, HarborError, httpStatusOf, isErrorCode } from '../errors.ts';

export const problemType = 'application/problem+json';

/** An error as RFC 9457 tells it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint: string | undefined;
  readonly at: string | undefined;
}

export function problemOf(error: unknown, status?: number): Problem {
  const { code, message, hint, at } = asHarborError(error);
  return {
    type: `urn:harbormaster:problem:${code}`,
    title: code.replaceAll('-', ' '),
    status: status ?? httpStatusOf(code),
    code,
    detail: message,
    hint,
    at,
  };
}

export const problemResponse = (problem: Problem): Response =>
  new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': problemType, ...statusHeaders[problem.status] },
  });

/** What RFC 9110 and RFC 6585 want beside some statuses. */
const statusHeaders: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer realm="harbormaster"' },
  429: { 'retry-after': '1' },
};

const told = {
  code: z.string().meta({ description: 'For programs; says who must act.' }),
  detail: z.string(),
  hint: z.string().optional().meta({ description: 'What to do about it.' }),
  at: z.string().optional().meta({ description: 'Where in a file, as `file:line:column`.' }),
};

const shape = z.looseObject(told);

export const problem = z
  .looseObject({ type: z.string(), title: z.string(), status: z.int(), ...told })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

/** The error that a daemon told; undefined if this is no problem of ours. A code that only another version knows is the world's. */
export function errorOfProblem(value: unknown): HarborError | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  const { code, detail, hint, at } = data;
  return new HarborError(detail, { code: isErrorCode(code) ? code : 'daemon-unreachable', hint, at });
}
