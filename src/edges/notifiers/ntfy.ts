import * as z from 'zod';
import { fill, severityOf, titleOf } from '../../core/notification-text.ts';
import { defineKind } from '../../kind.ts';
import type { Severity } from '../../model/notification.ts';
import type { Notifier } from '../../ports.ts';
import { secretOption } from '../../secret-option.ts';
import { systemClock } from '../clock.ts';
import { post } from './post.ts';
import { textOption, titleOption } from './text-option.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';
import { webUrl } from './web-url.ts';

const options = z.strictObject({
  url: webUrl.default('https://ntfy.sh').meta({
    title: 'URL',
    description: 'The ntfy server, without the topic.',
    examples: ['https://ntfy.example.com'],
  }),
  topic: secretOption(
    z.string().regex(/^[\w-]{1,64}$/, { error: 'must be letters, digits, _ and -, at most 64' }),
  ).meta({
    title: 'secret',
    description: 'The topic. On a public server whoever knows it may read: take one that nobody guesses.',
    examples: ['${file:secrets/ntfy-topic}'],
  }),
  token: secretOption(z.string().min(1))
    .optional()
    .meta({
      title: 'secret',
      description: 'Access token, where the server asks for one.',
      examples: ['${file:secrets/ntfy-token}'],
    }),
  title: titleOption,
  text: textOption('{{summary}}'),
  timeout: timeLimit(10),
});

/** Source: https://docs.ntfy.sh/publish/#message-priority */
const priorities: Readonly<Record<Severity, number>> = { error: 5, warning: 4, info: 3 };
const tags: Readonly<Record<Severity, string>> = {
  error: 'rotating_light',
  warning: 'warning',
  info: 'white_check_mark',
};

export const ntfy = defineKind({
  type: 'ntfy',
  options,
  create: ({ url, topic, token, title, text, timeout }): Notifier => ({
    notify: (notification) => {
      const severity = severityOf(notification);
      const message = fill(text, notification);
      const body = JSON.stringify({
        topic,
        title: titleOf(notification, title),
        message,
        priority: priorities[severity],
        tags: [tags[severity]],
      });
      const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const limit = inMilliseconds(timeout);
      return post({ url, headers, body }, { target: 'the message to ntfy', limit, clock: systemClock });
    },
  }),
});
