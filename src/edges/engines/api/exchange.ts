import type { IncomingMessage } from 'node:http';
import { HarborError } from '../../../errors.ts';
import { Overdue, unreachable } from '../failures.ts';
import { parseDockerHost } from './address.ts';
import { type Deadline, deadline } from './deadline.ts';
import { connect } from './http.ts';

export interface Exchanged {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text, or a tar archive. */
  readonly body?: string | Buffer;
  /** Milliseconds for the whole call; 30 s unless told. */
  readonly limit?: number;
  /** Milliseconds without any news after which it counts as dead. */
  readonly idle?: number;
  /** Not over a connection that is there already. */
  readonly fresh?: boolean;
  /** The limits end with the answer's headers: what follows them may take for ever. */
  readonly endless?: boolean;
  /** When the answer is no longer wanted; the call then throws `interrupted`. */
  readonly signal?: AbortSignal | undefined;
}

export type Use<T> = (answer: IncomingMessage, watch: Deadline) => Promise<T>;

/** Sends a call and reads its answer, all within its limits. What goes wrong on the way is `engine-unreachable`. */
export type Exchange = <T>(call: Exchanged, use: Use<T>) => Promise<T>;

const defaultLimit = 30_000;

export function exchangeWith(dockerHost: string): Exchange {
  const open = connect(parseDockerHost(dockerHost));
  return async (call, use) => {
    const watch = deadline(call.limit ?? defaultLimit, call.idle, call.signal);
    try {
      const answer = await open({ ...call, signal: watch.signal });
      if (call.endless) watch.lift();
      return await use(answer, watch);
    } catch (error) {
      if (call.signal?.aborted) throw unwanted(call, error);
      throw error instanceof HarborError ? error : brokenOff(dockerHost, call, watch.hit(), error);
    } finally {
      watch.stop();
    }
  };
}

const unwanted = ({ method, path }: Exchanged, cause: unknown): HarborError =>
  new HarborError(`${method} ${path} was stopped, because its answer is no longer needed`, {
    code: 'interrupted',
    cause,
  });

function brokenOff(
  dockerHost: string,
  { method, path }: Exchanged,
  limitHit: number | undefined,
  error: unknown,
): HarborError {
  const reason = error instanceof Error ? error.message : String(error);
  if (limitHit === undefined) return unreachable(dockerHost, `cannot be reached: ${reason}`, error);
  const late = new Overdue(reason, { cause: error });
  return unreachable(dockerHost, `did not answer ${method} ${path} within ${limitHit} s`, late);
}
