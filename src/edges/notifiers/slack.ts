import * as z from 'zod';
import { fill, furtherOf, severityOf, titleOf } from '../../core/notification-text.ts';
import { defineKind } from '../../kind.ts';
import type { Notification, Severity } from '../../model/notification.ts';
import type { Notifier } from '../../ports.ts';
import { secretOption } from '../../secret-option.ts';
import { systemClock } from '../clock.ts';
import { post } from './post.ts';
import { textOption, titleOption } from './text-option.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';
import { webUrl } from './web-url.ts';

const options = z.strictObject({
  url: secretOption(webUrl).meta({
    title: 'secret URL',
    description:
      'An incoming webhook of Slack, Mattermost or Rocket.Chat. Whoever knows it may post: best taken from a file.',
    examples: ['${file:secrets/slack-url}'],
  }),
  title: titleOption,
  text: textOption('{{summary}}'),
  timeout: timeLimit(10),
});

export const slack = defineKind({
  type: 'slack',
  options,
  create: ({ url, title, text, timeout }): Notifier => ({
    notify: (notification) =>
      post(
        { url, headers: {}, body: JSON.stringify(messageOf(notification, title, text)) },
        { target: 'the message to Slack', limit: inMilliseconds(timeout), clock: systemClock },
      ),
  }),
});

const colours: Readonly<Record<Severity, string>> = { error: '#c0392b', warning: '#d68910', info: '#1e8449' };

/** Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
function messageOf(notification: Notification, title: string | undefined, text: string) {
  const head = escaped(titleOf(notification, title));
  const further = furtherOf(notification);
  const attachment = {
    color: colours[severityOf(notification)],
    fallback: head,
    text: `*${head}*\n${escaped(fill(text, notification))}`,
    mrkdwn_in: ['text'],
    ...(further !== undefined && { footer: further }),
  };
  return { text: head, attachments: [attachment] };
}

/** Slack gives these three a meaning: `<!channel>` in a commit's subject must not wake everybody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
