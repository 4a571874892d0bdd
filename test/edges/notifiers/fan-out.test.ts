import { expect, test } from 'vitest';
import { fanOut, type Route } from '../../../src/edges/notifiers/fan-out.ts';
import type { Notification } from '../../../src/model/notification.ts';
import { notification } from './notification.ts';

function rig(routes: readonly (Partial<Route> & { type: string })[], limit?: number) {
  const told: string[] = [];
  const warnings: object[] = [];
  const whole = routes.map((route): Route => {
    const notifier = {
      notify: async ({ event, app }: Notification) => void told.push(`${route.type}: ${event} ${app}`),
    };
    return { on: ['failed', 'blocked', 'recovered'], apps: [], notifier, ...route };
  });
  const logger = { warn: (fields: object) => void warnings.push(fields) };
  return { told, warnings, notifier: fanOut(() => whole, logger, limit) };
}

test('each notifier is told of its events and its apps', async () => {
  const { notifier, told } = rig([{ type: 'all' }, { type: 'bad', on: ['failed'] }, { type: 'db', apps: ['db'] }]);
  await notifier.notify(notification());
  await notifier.notify(notification({ event: 'recovered', app: 'db' }));
  expect(told).toEqual(['all: failed web', 'bad: failed web', 'all: recovered db', 'db: recovered db']);
});

test('what concerns the whole host concerns whoever listens for one of its apps', async () => {
  const { notifier, told } = rig([{ type: 'all' }, { type: 'db', apps: ['db'] }]);
  await notifier.notify(notification({ event: 'recovered', app: undefined }));
  expect(told).toEqual(['all: recovered undefined', 'db: recovered undefined']);
});

test('a notifier that fails, throws or hangs stops neither the others nor the caller, and is written down', async () => {
  const { notifier, told, warnings } = rig(
    [
      {
        type: 'throws',
        notifier: {
          notify: () => {
            throw new Error('at once');
          },
        },
      },
      { type: 'fails', notifier: { notify: () => Promise.reject(new Error('no')) } },
      { type: 'hangs', notifier: { notify: () => new Promise(() => undefined) } },
      { type: 'works' },
    ],
    30,
  );
  await notifier.notify(notification());
  expect(told).toEqual(['works: failed web']);
  expect(warnings).toMatchObject([
    { notifier: 'throws', app: 'web', event: 'failed' },
    { notifier: 'fails' },
    { notifier: 'hangs', error: { code: 'notify-failed', message: 'the notifier did not end within 0.03 s' } },
  ]);
});

test('routes are asked for at each notification: a loaded configuration counts at once', async () => {
  const told: string[] = [];
  let routes: readonly Route[] = [];
  const notifier = fanOut(() => routes, { warn: () => undefined });
  await notifier.notify(notification());
  routes = [{ type: 'late', on: ['failed'], apps: [], notifier: { notify: async () => void told.push('late') } }];
  await notifier.notify(notification());
  expect(told).toEqual(['late']);
});
