import { visible } from '../../core/visible.ts';
import { HarborError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { NotBefore } from '../outbox/target.ts';
import type { Forge, Posting } from './forge.ts';

/** Whom it is told, and with which right. */
export interface Desk {
  readonly forge: Forge;
  /** Address of the API, without a slash at its end. */
  readonly api: string;
  readonly token: string;
  /** Milliseconds. */
  readonly limit: number;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Sets the status of a commit. Throws `notify-refused` where the forge knows neither repository nor commit, or the token may not do that, and
 * `notify-failed` where it may be taken later: then with the time that the forge asks for, if it does. Follows no redirect.
 */
export async function postStatus(posting: Posting, repository: string, desk: Desk): Promise<void> {
  const { forge, api, token, limit } = desk;
  const { path, headers, body } = forge.request(posting, repository, token);
  const response = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'Harbormaster', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(limit),
  }).catch((error: unknown) => {
    throw away(api, error);
  });
  if (response.ok) return void (await response.body?.cancel());
  const text = await beginningOf(response).catch(() => '');
  if (forge.saysSo?.(response.status, text)) return;
  throw refusal({ response, said: wordsIn(text) }, { posting, repository, desk });
}

const away = (api: string, error: unknown): HarborError =>
  new HarborError(`${hostOf(api)} was not reached: ${reasonOf(error)}`, {
    code: 'notify-failed',
    hint: 'Check url and api of the entry in commit_status, and whether it can be reached from this host.',
    cause: error,
  });

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

const hostOf = (api: string): string => new URL(api).host;

/** Bytes of an answer that are read. */
const most = 16_384;

async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, most);
}

/** What a forge says of its refusal, on one short line. */
function wordsIn(text: string): string {
  const [, message = ''] = /"(?:message|error)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  return message === '' ? '' : `: ${visible(message).slice(0, 200)}`;
}

interface Answer {
  readonly response: Response;
  readonly said: string;
}

interface Asked {
  readonly posting: Posting;
  readonly repository: string;
  readonly desk: Desk;
}

function refusal({ response, said }: Answer, { posting, repository, desk }: Asked): HarborError {
  const { forge, api, clock } = desk;
  const { status, headers } = response;
  const host = hostOf(api);
  const wait = waitIn(headers, clock.now());
  const answered = `${status}${said}`;
  const failed = (what: string, hint: string | undefined, cause?: Error) =>
    new HarborError(`${host} ${what} (${answered})`, { code: 'notify-failed', hint, cause });
  const refused = (what: string, hint: string) =>
    new HarborError(`${host} ${what} (${answered})`, { code: 'notify-refused', hint });
  if (status === 429 || (status === 403 && wait !== undefined))
    return failed('is asked too often', 'It is told later by itself.', new NotBefore(wait ?? 0));
  if (status === 401) return failed('does not take the token', `Give it another token: ${forge.permission}.`);
  if (status === 403)
    return refused(`does not let the token set a status of ${repository}`, `It must be ${forge.permission}.`);
  if (status === 404)
    return refused(
      `knows no repository ${repository} with the commit ${posting.commit.slice(0, 10)}, or does not show it to the token`,
      `The token must be ${forge.permission}.`,
    );
  if (status >= 300 && status < 400)
    return refused(`says that ${repository} is elsewhere`, 'Write its new address as the url of the app.');
  if (status === 400 || status === 422)
    return refused(
      `does not take a status of ${posting.commit.slice(0, 10)} in ${repository}`,
      'It is not told again.',
    );
  return failed('does not answer as it should', undefined, wait === undefined ? undefined : new NotBefore(wait));
}

/** Milliseconds that the forge asks to wait; undefined: it does not ask. GitHub says 403 where others say 429. */
function waitIn(headers: Headers, now: Date): number | undefined {
  const after = headers.get('retry-after');
  if (after !== null) return /^\d+$/.test(after) ? Number(after) * 1000 : until(Date.parse(after), now);
  if (headers.get('x-ratelimit-remaining') !== '0' && headers.get('ratelimit-remaining') !== '0') return undefined;
  return until(Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset')) * 1000, now);
}

const until = (time: number, now: Date): number | undefined =>
  Number.isFinite(time) ? Math.max(0, time - now.getTime()) : undefined;
