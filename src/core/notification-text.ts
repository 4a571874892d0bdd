import type { Notification, NotificationEvent } from '../model/notification.ts';

/** How much it matters to somebody who is asleep. */
export type Severity = 'critical' | 'warning' | 'good';

const severities: Readonly<Record<NotificationEvent, Severity>> = {
  failed: 'critical',
  blocked: 'warning',
  drifted: 'warning',
  recovered: 'good',
  test: 'good',
};

export const severityOf = ({ event }: Pick<Notification, 'event'>): Severity => severities[event];

/** `shop on web-1: failed`; without an app, the host alone. */
export const titleOf = ({ app, host, event }: Notification): string =>
  `${app === undefined ? host : `${app} on ${host}`}: ${event}`;

/** The command that shows more. */
export const furtherOf = ({ app, entry }: Notification): string | undefined => {
  if (entry !== undefined) return `harbormaster log show ${entry.seq}`;
  return app === undefined ? undefined : `harbormaster why ${app}`;
};

/** Names that a template may use in braces. */
export const placeholders = [
  'host',
  'app',
  'event',
  'severity',
  'summary',
  'entry',
  'commit',
  'author',
  'subject',
] as const;

type Placeholder = (typeof placeholders)[number];

const valuesOf = (notification: Notification): Readonly<Record<Placeholder, string>> => {
  const { host, app = '', event, summary, entry } = notification;
  const revision = entry !== undefined && 'revision' in entry ? entry.revision : undefined;
  return {
    host,
    app,
    event,
    severity: severityOf(notification),
    summary,
    entry: entry === undefined ? '' : String(entry.seq),
    commit: revision?.commit.slice(0, 10) ?? '',
    author: revision?.author.name ?? '',
    subject: revision?.subject ?? '',
  };
};

const pattern = /\{([a-z]+)\}/g;

/** What a template names and we do not know; empty: it is right. */
export const unknownPlaceholders = (template: string): readonly string[] =>
  [...template.matchAll(pattern)].flatMap(([, name = '']) => (isPlaceholder(name) ? [] : [name]));

const isPlaceholder = (name: string): name is Placeholder => placeholders.some((known) => known === name);

/** A template without logic: `{summary}` and the like are filled in, everything else stays. What is filled in is not looked at again. */
export function fill(template: string, notification: Notification): string {
  const values = valuesOf(notification);
  return template.replaceAll(pattern, (text, name: string) => (isPlaceholder(name) ? values[name] : text));
}
