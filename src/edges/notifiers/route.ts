import { canonical, hmac } from '../../core/digest.ts';
import { matchesExactly } from '../../core/glob.ts';
import { notificationOf } from '../../core/notable.ts';
import { isAtLeast } from '../../core/notification-text.ts';
import type { Notification, NotificationEvent, Severity } from '../../model/notification.ts';
import { type MaybeSecret, reveal, Secret } from '../../model/secret.ts';
import type { Notifier } from '../../ports.ts';
import type { Target } from '../outbox/target.ts';

/** Which notifications reach a notifier. */
export interface Route {
  readonly type: string;
  readonly name: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly on: readonly NotificationEvent[];
  readonly severity: Severity;
  /** Names or globs; empty: every app. */
  readonly apps: readonly string[];
  readonly notifier: Notifier;
}

/** The routes of the configuration in force as targets; a new list only when there is another configuration. */
export function notificationTargets(routes: () => readonly Route[], key: Uint8Array): () => readonly Target[] {
  let of: readonly Route[] | undefined;
  let made: readonly Target[] = [];
  return () => {
    const now = routes();
    if (now !== of) made = targetsOf(now, key);
    of = now;
    return made;
  };
}

function targetsOf(routes: readonly Route[], key: Uint8Array): readonly Target[] {
  const taken = new Map<string, number>();
  return routes.map((route) => {
    const own = keyOf(route, key);
    const times = (taken.get(own) ?? 0) + 1;
    taken.set(own, times);
    return targetOf(route, times === 1 ? own : `${own}-${times}`);
  });
}

/** Without a name it is known by what it is told to be, secrets included: of those nothing but a keyed digest is seen. */
const keyOf = ({ type, name, options }: Route, key: Uint8Array): string =>
  name ?? `${type}-${hmac(key, `notifier\n${canonical(revealed(options))}`).slice(0, 8)}`;

const revealed = (options: Route['options']): object =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, isSecret(value) ? reveal(value) : value]));

const isSecret = (value: unknown): value is MaybeSecret => value instanceof Secret;

const targetOf = (route: Route, key: string): Target => ({
  key,
  label: key,
  select(fact, open) {
    const notification = notificationOf(fact);
    if (notification === undefined) return undefined;
    const subject = notification.app ?? '';
    const opens = notification.event !== 'recovered';
    // Who was told of trouble is told of its end, whatever else he wants to hear.
    if (!wants(route, notification) && (opens || !open.has(subject))) return undefined;
    return { subject, opens, send: () => route.notifier.notify(notification) };
  },
});

const wants = ({ on, severity, apps }: Route, notification: Notification): boolean => {
  const { event, app } = notification;
  const isOurs = apps.length === 0 || app === undefined || apps.some((pattern) => matchesExactly(pattern, app));
  return on.includes(event) && isOurs && isAtLeast(notification, severity);
};
