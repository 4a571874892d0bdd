import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { hmac } from '../../core/digest.ts';
import { defineKind } from '../../kind.ts';
import type { Notification } from '../../model/notification.ts';
import type { Clock, Notifier } from '../../ports.ts';
import { secretOption } from '../../secret-option.ts';
import { systemClock } from '../clock.ts';
import { post } from './post.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';
import { webUrl } from './web-url.ts';

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

/** Posts signed JSON. All attempts at one notification have one delivery id and one body, so that the receiver can tell a repetition. */
export function webhookNotifier({ url, secret, timeout }: Options, clock: Pick<Clock, 'now' | 'sleep'>): Notifier {
  const options = { target: 'the webhook', limit: inMilliseconds(timeout), clock };
  return { notify: (notification) => post({ url, ...requestFor(notification, secret, clock.now()) }, options) };
}

function requestFor({ event, host, app, summary, entry }: Notification, secret: string, at: Date) {
  const delivery = randomUUID();
  const body = JSON.stringify({ delivery, event, timestamp: at.toISOString(), host, app, summary, entry });
  const headers = {
    'X-Harbormaster-Delivery': delivery,
    'X-Harbormaster-Event': event,
    'X-Harbormaster-Signature': `sha256=${hmac(Buffer.from(secret), body)}`,
  };
  return { headers, body };
}
