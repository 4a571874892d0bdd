import { canonical, hmac } from '../../core/digest.ts';
import { matchesExactly } from '../../core/glob.ts';
import { notificationOf } from '../../core/notable.ts';
import { isAtLeast } from '../../core/notification-text.ts';
import type { EntryOf } from '../../model/entry.ts';
import type { Notification, NotificationEvent, Severity } from '../../model/notification.ts';
import { type MaybeSecret, reveal, Secret } from '../../model/secret.ts';
import type { Notifier } from '../../ports.ts';
import type { Message, Target } from '../outbox/target.ts';

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
    return targetOf(route, times === 1 ? own : `${own}-${times}`, likeOf(route, key));
  });
}

/** Without a name it is known by what it is told to be, secrets included: of those nothing but a keyed digest is seen. */
const keyOf = ({ type, name, options }: Route, key: Uint8Array): string =>
  name ?? `${type}-${digestOf(revealed(options), key)}`;

/** How it says something, how long it may take, and what opens its door make no other one of it. */
const wording: readonly string[] = ['text', 'title', 'timeout'];

function likeOf({ type, name, options }: Route, key: Uint8Array): string | undefined {
  if (name !== undefined) return undefined;
  const lasting = Object.entries(options).filter(([option, value]) => !wording.includes(option) && !isSecret(value));
  return `${type}-${digestOf(Object.fromEntries(lasting), key)}`;
}

const digestOf = (value: object, key: Uint8Array): string => hmac(key, `notifier\n${canonical(value)}`).slice(0, 8);

const revealed = (options: Route['options']): object =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, isSecret(value) ? reveal(value) : value]));

const isSecret = (value: unknown): value is MaybeSecret => value instanceof Secret;

const targetOf = (route: Route, key: string, like: string | undefined): Target => ({
  key,
  like,
  label: key,
  select(fact, open) {
    const { entry } = fact;
    if (entry.kind === 'renamed') return underNewName(entry, open);
    const notification = notificationOf(fact);
    if (notification === undefined) return undefined;
    const isTrouble = notification.event !== 'recovered';
    const known = troubleOf(notification.app, open);
    // Who was told of trouble is told of its end, whatever else he wants to hear.
    if (!wants(route, notification) && (isTrouble || known === undefined)) return undefined;
    const subject = known ?? notification.app ?? '';
    const [, ...formerly] = namesIn(subject);
    const told = formerly.length === 0 ? notification : { ...notification, formerly };
    return { ...(isTrouble ? opening(subject) : closing(subject)), send: () => route.notifier.notify(told) };
  },
});

const opening = (subject: string) => ({ opens: [subject], closes: [] });
const closing = (subject: string) => ({ opens: [], closes: [subject] });

/** A trouble goes by the names that the app had in its course, the newest first; none: it is the host's. */
const namesIn = (subject: string): readonly string[] => subject.split(' ');

const troubleOf = (app: string | undefined, open: ReadonlySet<string>): string | undefined =>
  [...open].find((subject) => namesIn(subject)[0] === (app ?? ''));

/** Nobody is told of a name; whose trouble it is, is remembered. */
function underNewName({ app, from }: EntryOf<'renamed'>, open: ReadonlySet<string>): Message | undefined {
  const known = troubleOf(from, open);
  return known === undefined ? undefined : { opens: [`${app} ${known}`], closes: [known] };
}

const wants = ({ on, severity, apps }: Route, notification: Notification): boolean => {
  const { event, app } = notification;
  const isOurs = apps.length === 0 || app === undefined || apps.some((pattern) => matchesExactly(pattern, app));
  return on.includes(event) && isOurs && isAtLeast(notification, severity);
};
