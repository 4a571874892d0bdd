import type { Notification, NotificationEvent, Severity } from '../model/notification.ts';
import { shortRelease } from './format-entry.ts';
import { nearest } from './nearest.ts';

const severities: Readonly<Record<NotificationEvent, Severity>> = {
  failed: 'error',
  blocked: 'warning',
  drifted: 'warning',
  stale: 'error',
  recovered: 'info',
  test: 'info',
};

export const severityOf = ({ event }: Pick<Notification, 'event'>): Severity => severities[event];

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/** Whether a notification is at least so severe. */
export const isAtLeast = (notification: Pick<Notification, 'event'>, least: Severity): boolean =>
  rank[severityOf(notification)] >= rank[least];

/** By its template, or `shop on web-1: failed`; without an app, the host alone. */
export const titleOf = (notification: Notification, template?: string): string =>
  template === undefined ? usualTitle(notification) : fill(template, notification);

const usualTitle = ({ app, formerly = [], host, event }: Notification): string =>
  `${app === undefined ? host : `${app}${beforeText(formerly)} on ${host}`}: ${event}`;

const beforeText = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` (was told of as ${names.join(', ')})`;

/** The command that shows more. */
export const furtherOf = ({ app, entry }: Notification): string | undefined => {
  if (entry !== undefined) return `harbormaster log show ${entry.seq}`;
  return app === undefined ? undefined : `harbormaster why ${app}`;
};

/** Fields that a template may use. */
export const placeholders = [
  'host',
  'app',
  'event',
  'severity',
  'summary',
  'entry',
  'release',
  'ref',
  'commit',
  'author',
  'subject',
] as const;

type Placeholder = (typeof placeholders)[number];

const valuesOf = (notification: Notification): Readonly<Record<Placeholder, string>> => {
  const { host, app = '', event, summary, entry } = notification;
  const revision = entry !== undefined && 'revision' in entry ? entry.revision : undefined;
  const release = entry !== undefined && 'release' in entry ? entry.release : undefined;
  return {
    host,
    app,
    event,
    severity: severityOf(notification),
    summary,
    entry: entry === undefined ? '' : String(entry.seq),
    release: release === undefined ? '' : shortRelease(release),
    ref: revision?.ref ?? '',
    commit: revision?.commit.slice(0, 10) ?? '',
    author: revision?.author.name ?? '',
    subject: revision?.subject ?? '',
  };
};

const field = /\{\{([^{}]*)\}\}/g;
const endOnly = /(?<![\w{])\s*(\w+)\s*\}\}/g;
const oneBrace = /(?<!\{)\{([a-z]+)\}(?!\})/g;

/** What is wrong with a template, as a sentence; undefined: nothing. */
export function templateFault(template: string): string | undefined {
  const rest = template.replaceAll(field, '');
  for (const [, inside = ''] of template.matchAll(field)) {
    const name = inside.trim();
    if (!isPlaceholder(name)) return `names {{${name}}}, which is no field${meaning(name)}`;
  }
  if (rest.includes('{{')) return 'has {{ without }}';
  // Two braces by themselves may well be the end of some JSON.
  for (const [, name = ''] of rest.matchAll(endOnly))
    if (isPlaceholder(name)) return `has ${name}}} without {{ before it: a field is written {{${name}}}`;
  for (const [, name = ''] of rest.matchAll(oneBrace))
    if (isPlaceholder(name)) return `has {${name}}: a field is written {{${name}}}`;
  return undefined;
}

function meaning(name: string): string {
  const meant = nearest(name, placeholders);
  return meant === undefined ? `; there are: ${placeholders.join(', ')}` : `; did you mean {{${meant}}}?`;
}

const isPlaceholder = (name: string): name is Placeholder => placeholders.some((known) => known === name);

/** A template without logic: `{{summary}}` and the like are filled in, everything else stays. What is filled in is not looked at again. */
export function fill(template: string, notification: Notification): string {
  const values = valuesOf(notification);
  return template.replaceAll(field, (text, inside: string) => {
    const name = inside.trim();
    return isPlaceholder(name) ? values[name] : text;
  });
}
