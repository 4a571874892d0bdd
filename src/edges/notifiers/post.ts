import { HarborError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';

/** What is posted: the same in every attempt. */
export interface Post {
  readonly url: string;
  readonly method?: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOptions {
  /** What the target is called in an error, e.g. `the webhook`. */
  readonly target: string;
  /** Milliseconds for all attempts together. */
  readonly limit: number;
  readonly clock: Pick<Clock, 'sleep'>;
}

interface Failure {
  readonly what: string;
  /** The receiver understood and refuses: another attempt would be refused as well. */
  readonly final: boolean;
  /** It is this very message that is refused: later ones may be taken. */
  readonly refused?: boolean;
  /** Milliseconds that the receiver asks to wait. */
  readonly wait?: number | undefined;
}

/** Milliseconds before each further attempt. */
const pauses = [200, 1_000, 3_000];

/** Posts until it is taken, or refused, or the time is over. Follows no redirect. Throws `notify-failed`, or `notify-refused` where it is this very message that is not taken. */
export async function post({ url, headers, body, method = 'POST' }: Post, options: PostOptions): Promise<void> {
  const signal = AbortSignal.timeout(options.limit);
  const all = { 'Content-Type': 'application/json', 'User-Agent': 'Harbormaster', ...headers };
  for (const pause of [...pauses, undefined]) {
    const failure = await attempt(url, { method, headers: all, body, redirect: 'manual', signal });
    if (failure === undefined) return;
    if (failure.final || pause === undefined || signal.aborted) throw undelivered(url, failure, options);
    await options.clock.sleep(Math.max(pause, failure.wait ?? 0), signal).catch(() => {
      throw undelivered(url, failure, options);
    });
  }
}

/** What a receiver answers that finds a message malformed, too large or senseless. */
const refusals = [400, 413, 422];

async function attempt(url: string, request: RequestInit): Promise<Failure | undefined> {
  try {
    const { ok, status, body, headers } = await fetch(url, request);
    await body?.cancel();
    if (ok) return undefined;
    const final = status < 500 && status !== 408 && status !== 429;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    return {
      what: status >= 300 && status < 400 ? `it redirects (${status}), which is not followed` : `it answered ${status}`,
      final,
      refused: refusals.includes(status),
      wait: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    };
  } catch (error) {
    return { what: reasonOf(error), final: false };
  }
}

/** Only the name of the host is told: the path of a webhook is often its secret. */
const undelivered = (url: string, { what, refused }: Failure, { target }: PostOptions): HarborError =>
  new HarborError(`${target} at ${new URL(url).host} was not delivered: ${what}`, {
    code: refused === true ? 'notify-refused' : 'notify-failed',
    hint: 'Check the url of the notifier, and whether it can be reached from this host.',
  });

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
