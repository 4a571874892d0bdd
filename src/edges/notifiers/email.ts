import * as z from 'zod';
import { fill, furtherOf, titleOf } from '../../core/notification-text.ts';
import { HarborError } from '../../errors.ts';
import { defineKind } from '../../kind.ts';
import type { Notification } from '../../model/notification.ts';
import type { Notifier } from '../../ports.ts';
import { secretOption } from '../../secret-option.ts';
import { textOption, titleOption } from './text-option.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';

const smtpUrl = z.url({ protocol: /^smtps?$/, error: 'must be a URL that begins with smtps:// or smtp://' });
const address = z.email({ error: 'must be an e-mail address' });

const options = z.strictObject({
  server: secretOption(smtpUrl).meta({
    title: 'secret URL',
    description:
      'The mail server, with user and password if it asks for them. `smtps://` is encrypted from the start (port 465), `smtp://` as soon as the server offers it (port 587).',
    examples: ['${file:secrets/smtp-url}'],
  }),
  from: address.meta({ title: 'address', description: 'Who sends it.', examples: ['harbormaster@example.com'] }),
  to: z
    .array(address)
    .min(1, { error: 'must name somebody' })
    .meta({ title: 'list of addresses', description: 'Who gets it.', examples: [['ops@example.com']] }),
  title: titleOption,
  text: textOption('{{summary}}'),
  timeout: timeLimit(60),
});

type Options = z.output<typeof options>;

export const email = defineKind({
  type: 'email',
  options,
  create: (given): Notifier => ({ notify: (notification) => send(notification, given) }),
});

async function send(notification: Notification, { server, from, to, title, text, timeout }: Options): Promise<void> {
  // Few hosts send mail: the others need not keep it in memory.
  const { createTransport } = await import('nodemailer');
  const limit = inMilliseconds(timeout);
  const limits = { connectionTimeout: limit, greetingTimeout: limit, socketTimeout: limit };
  const transport = createTransport({ url: server, ...limits, disableFileAccess: true, disableUrlAccess: true });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: titleOf(notification, title).replaceAll(/\s+/g, ' '),
      text: bodyOf(notification, text),
    });
  } catch (error) {
    throw undelivered(server, error);
  } finally {
    transport.close();
  }
}

function bodyOf(notification: Notification, text: string): string {
  const further = furtherOf(notification);
  return `${fill(text, notification)}\n${further === undefined ? '' : `\nMore: ${further}\n`}`;
}

/** The server's own words, without its URL, which holds a password. */
const undelivered = (server: string, error: unknown): HarborError =>
  new HarborError(`the mail by ${new URL(server).host} was not delivered: ${reasonOf(error)}`, {
    code: 'notify-failed',
    hint: 'Check server, from and to of the notifier, and whether the mail server can be reached from this host.',
    cause: error,
  });

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
