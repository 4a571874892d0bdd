import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { hmac } from '../../core/digest.ts';
import { HarborError } from '../../errors.ts';
import { defineKind } from '../../kind.ts';
import type { Notification } from '../../model/notification.ts';
import type { Clock, Notifier } from '../../ports.ts';
import { secretOption } from '../../secret-option.ts';
import { systemClock } from '../clock.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';

const webUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that begins with https:// or http://' });
const signingSecret = z
  .string({ error: 'must be text of at least 16 characters' })
  .min(16, { error: 'must be at least 16 characters long: `openssl rand -hex 32` makes a good one' });

const options = z.strictObject({
  url: secretOption(webUrl).meta({
    title: 'URL',
    description: 'Where each notification is posted, as JSON.',
    examples: ['https://hooks.example.com/harbormaster'],
  }),
  secret: secretOption(signingSecret).meta({
    title: 'secret',
    description:
      'Signs each notification: `X-Harbormaster-Signature` is `sha256=` and the HMAC-SHA256 of the body. Best taken from a file or the environment, as any secret.',
    examples: ['a-long-random-text'],
  }),
  timeout: timeLimit(10),
});

type Options = z.output<typeof options>;

export const webhook = defineKind({ type: 'webhook', options, create: (given) => webhookNotifier(given, systemClock) });

/** Milliseconds before each further attempt. */
const pauses = [200, 1_000, 3_000];

/** Posts signed JSON. All attempts at one notification have one delivery id and one body, so that the receiver can tell a repetition. */
export function webhookNotifier({ url, secret, timeout }: Options, clock: Pick<Clock, 'now' | 'sleep'>): Notifier {
  return {
    notify: async (notification) => {
      const request = requestFor(notification, secret, clock.now());
      const limit = AbortSignal.timeout(inMilliseconds(timeout));
      for (const pause of [...pauses, undefined]) {
        const failure = await attempt(url, { ...request, signal: limit });
        if (failure === undefined) return;
        if (failure.final || pause === undefined || limit.aborted) throw undelivered(url, failure);
        await clock.sleep(pause, limit).catch(() => {
          throw undelivered(url, failure);
        });
      }
    },
  };
}

function requestFor({ event, host, app, summary, entry }: Notification, secret: string, at: Date) {
  const delivery = randomUUID();
  const body = JSON.stringify({ delivery, event, timestamp: at.toISOString(), host, app, summary, entry });
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'Harbormaster',
    'X-Harbormaster-Delivery': delivery,
    'X-Harbormaster-Event': event,
    'X-Harbormaster-Signature': `sha256=${hmac(Buffer.from(secret), body)}`,
  };
  return { method: 'POST', headers, body, redirect: 'manual' } as const;
}

interface Failure {
  readonly what: string;
  /** The receiver understood and refuses: another attempt would be refused as well. */
  readonly final: boolean;
}

async function attempt(url: string, request: RequestInit): Promise<Failure | undefined> {
  try {
    const { ok, status, body } = await fetch(url, request);
    await body?.cancel();
    if (ok) return undefined;
    const final = status < 500 && status !== 408 && status !== 429;
    return {
      what: status >= 300 && status < 400 ? `it redirects (${status}), which is not followed` : `it answered ${status}`,
      final,
    };
  } catch (error) {
    return { what: reasonOf(error), final: false };
  }
}

/** Only the name of the host is told: the path of a webhook is often its secret. */
const undelivered = (url: string, { what }: Failure): HarborError =>
  new HarborError(`the webhook at ${new URL(url).host} was not delivered: ${what}`, {
    code: 'notify-failed',
    hint: 'Check the url of the notifier, and whether it can be reached from this host.',
  });

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
