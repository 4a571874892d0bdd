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
    description: 'A webhook of a Discord channel. Whoever knows it may post: best taken from a file.',
    examples: ['${file:secrets/discord-url}'],
  }),
  title: titleOption,
  text: textOption('{{summary}}'),
  timeout: timeLimit(10),
});

export const discord = defineKind({
  type: 'discord',
  options,
  create: ({ url, title, text, timeout }): Notifier => ({
    notify: (notification) =>
      post(
        { url, headers: {}, body: JSON.stringify(messageOf(notification, title, text)) },
        { target: 'the message to Discord', limit: inMilliseconds(timeout), clock: systemClock },
      ),
  }),
});

const colours: Readonly<Record<Severity, number>> = { error: 0xc0392b, warning: 0xd68910, info: 0x1e8449 };

/** Characters that Discord takes in a title and a description. */
const most = { title: 256, description: 4096 } as const;

/** Source: https://discord.com/developers/docs/resources/webhook#execute-webhook. Nobody is ever mentioned, whatever a commit's subject says. */
function messageOf(notification: Notification, title: string | undefined, text: string) {
  const further = furtherOf(notification);
  const embed = {
    title: titleOf(notification, title).slice(0, most.title),
    description: fill(text, notification).slice(0, most.description),
    color: colours[severityOf(notification)],
    ...(notification.entry && { timestamp: notification.entry.at }),
    ...(further !== undefined && { footer: { text: further } }),
  };
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}
