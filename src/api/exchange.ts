import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HarborError } from '../errors.ts';
import { daemonAnswers } from './probe.ts';
import { errorOfProblem } from './problem.ts';

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Patience {
  /** Gives up asking. */
  readonly signal?: AbortSignal | undefined;
  /** How often a daemon that is still at work is asked whether it lives, and how long it may take to say so. Milliseconds. */
  readonly heartbeat?: number;
  readonly limit?: number;
}

/**
 * One request and the JSON lines of its answer. There is no limit for the whole: a daemon that works long is told from one that hangs by asking for its
 * health meanwhile. Throws the error that the daemon tells; `daemon-unreachable`; `interrupted` when the signal is given.
 */
export async function* exchange(socketPath: string, ask: Ask, patience: Patience = {}): AsyncGenerator<unknown> {
  const { signal } = patience;
  const ended = new AbortController();
  const hung = watch(socketPath, ended.signal, patience);
  let response: IncomingMessage | undefined;
  try {
    response = await send(socketPath, ask, AbortSignal.any([hung, ...(signal ? [signal] : [])]));
    if ((response.statusCode ?? 0) >= 300) throw await refusal(response);
    for await (const line of linesOf(response)) yield parsed(line);
  } catch (cause) {
    if (cause instanceof HarborError) throw cause;
    if (signal?.aborted) throw left(cause);
    throw unreachable(socketPath, { isHung: hung.aborted, hasAnswered: response !== undefined }, cause);
  } finally {
    ended.abort();
  }
}

async function send(
  socketPath: string,
  { method, path, body, headers }: Ask,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const asking = request({ socketPath, method, path, agent: false, signal, headers: { ...headers, ...type } });
  const answered = once(asking, 'response');
  // What goes wrong after the first bytes is told by the response.
  asking.on('error', () => undefined);
  asking.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await answered;
  return response;
}

/** Aborted when the daemon no longer tells its health. */
function watch(socketPath: string, ended: AbortSignal, { heartbeat = 2_000, limit }: Patience): AbortSignal {
  const hung = new AbortController();
  const beat = async (): Promise<void> => {
    for (;;) {
      await delay(heartbeat, undefined, { signal: ended, ref: false });
      if ((await daemonAnswers(socketPath, limit)) === undefined) throw new Error('no answer');
    }
  };
  beat().catch(() => ended.aborted || hung.abort());
  return hung.signal;
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function refusal(response: IncomingMessage): Promise<HarborError> {
  let text = '';
  for await (const line of linesOf(response)) text += line;
  return (
    errorOfProblem(parsed(text)) ??
    new HarborError('the daemon refused without a reason', { code: 'daemon-unreachable' })
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const left = (cause: unknown): HarborError =>
  new HarborError('left; the daemon goes on with what it began', {
    code: 'interrupted',
    hint: 'See: harbormaster status',
    cause,
  });

function unreachable(
  socketPath: string,
  { isHung, hasAnswered }: { isHung: boolean; hasAnswered: boolean },
  cause: unknown,
): HarborError {
  const what = isHung
    ? `the daemon on ${socketPath} no longer answers`
    : hasAnswered
      ? 'the daemon went away in the middle of its answer'
      : `no daemon answers on ${socketPath}`;
  return new HarborError(what, {
    code: 'daemon-unreachable',
    hint: 'When it runs again it takes up what it began. See: harbormaster status',
    cause,
  });
}
