import { HarborError } from '../../errors.ts';
import type { Notification, NotificationEvent } from '../../model/notification.ts';
import type { Logger, Notifier } from '../../ports.ts';

/** Which notifications reach a notifier. */
export interface Route {
  /** For the logger: which notifier this is. */
  readonly type: string;
  readonly on: readonly NotificationEvent[];
  /** Empty: every app. */
  readonly apps: readonly string[];
  readonly notifier: Notifier;
}

/** A notifier has a limit of its own; this one is for those that forget theirs. Milliseconds. */
const longest = 90_000;

/** Sends each notification to every notifier that wants it. None of them can fail or hold up the others or the caller: failures go to the logger. */
export function fanOut(routes: () => readonly Route[], logger: Pick<Logger, 'warn'>, limit = longest): Notifier {
  return {
    notify: async (notification) => {
      const wanted = routes().filter((route) => wants(route, notification));
      await Promise.all(wanted.map((route) => send(route, notification, { logger, limit })));
    },
  };
}

const wants = ({ on, apps }: Route, { event, app }: Notification): boolean =>
  on.includes(event) && (apps.length === 0 || app === undefined || apps.includes(app));

interface Means {
  readonly logger: Pick<Logger, 'warn'>;
  readonly limit: number;
}

async function send({ type, notifier }: Route, notification: Notification, { logger, limit }: Means): Promise<void> {
  try {
    await within(limit, async () => notifier.notify(notification));
  } catch (error) {
    const { app, event } = notification;
    logger.warn({ notifier: type, app, event, error }, 'a notification was not delivered');
  }
}

async function within(limit: number, act: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    const error = new HarborError(`the notifier did not end within ${limit / 1000} s`, { code: 'notify-failed' });
    timer = setTimeout(() => reject(error), limit);
  });
  await Promise.race([act(), overdue]).finally(() => clearTimeout(timer));
}
