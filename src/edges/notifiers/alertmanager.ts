import * as z from 'zod';
import { fill, severityOf } from '../../core/notification-text.ts';
import { defineKind } from '../../kind.ts';
import type { Notification } from '../../model/notification.ts';
import type { Clock, Notifier } from '../../ports.ts';
import { secretOption } from '../../secret-option.ts';
import { systemClock } from '../clock.ts';
import { post } from './post.ts';
import { textOption } from './text-option.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';
import { webUrl } from './web-url.ts';

const label = z.string().max(200);

const options = z.strictObject({
  url: webUrl.meta({
    title: 'URL',
    description: 'An Alertmanager, without `/api/v2/alerts`.',
    examples: ['http://alertmanager.example.com:9093'],
  }),
  token: secretOption(z.string().min(1))
    .optional()
    .meta({
      title: 'secret',
      description: 'Bearer token, where a proxy asks for one.',
      examples: ['${file:secrets/alertmanager-token}'],
    }),
  labels: z
    .record(z.string().regex(/^[a-zA-Z_]\w*$/, { error: 'must be the name of a label' }), label)
    .default({})
    .meta({ title: 'map of texts', description: 'Further labels, e.g. to route by.', examples: [{ team: 'shop' }] }),
  text: textOption('{{summary}}'),
  timeout: timeLimit(10),
});

type Options = z.output<typeof options>;

export const alertmanager = defineKind({
  type: 'alertmanager',
  options,
  create: (given) => alertmanagerNotifier(given, systemClock),
});

/** An alert stands until the trouble is over; one whose end never came is gone after a month. Milliseconds. */
const longest = 30 * 24 * 3600_000;

export function alertmanagerNotifier(given: Options, clock: Pick<Clock, 'now' | 'sleep'>): Notifier {
  const { url, token, timeout } = given;
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return {
    notify: (notification) => {
      const body = JSON.stringify(alertsOf(notification, given, clock.now()));
      const target = { url: `${url.replace(/\/+$/, '')}/api/v2/alerts`, headers, body };
      return post(target, { target: 'the alert', limit: inMilliseconds(timeout), clock });
    },
  };
}

/** What began under another name of the app ends under that one, too. */
function alertsOf(notification: Notification, given: Options, now: Date) {
  const former = severityOf(notification) === 'info' ? (notification.formerly ?? []) : [];
  return [notification.app, ...former].map((app) => alertOf({ ...notification, app }, given, now));
}

/**
 * Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. The labels are the same for trouble and recovery: by them Alertmanager knows which alert is
 * over.
 */
function alertOf(notification: Notification, { labels, text }: Options, now: Date) {
  const { host, app, event } = notification;
  const isOver = severityOf(notification) === 'info';
  const severity = severityOf(notification);
  return {
    labels: { ...labels, alertname: 'HarbormasterTrouble', host, ...(app !== undefined && { app }) },
    annotations: { summary: fill(text, notification), event, severity },
    ...(!isOver && { startsAt: now.toISOString() }),
    endsAt: new Date(now.getTime() + (isOver ? 0 : longest)).toISOString(),
  };
}
