import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { advance, emptyHistory } from '../../../src/core/history.ts';
import { systemClock } from '../../../src/edges/clock.ts';
import { notificationTargets, type Route } from '../../../src/edges/notifiers/route.ts';
import { deliveriesIn } from '../../../src/edges/outbox/cursor.ts';
import { factsAfter } from '../../../src/edges/outbox/facts.ts';
import { openOutbox } from '../../../src/edges/outbox/outbox.ts';
import { NotBefore } from '../../../src/edges/outbox/target.ts';
import { HarborError } from '../../../src/errors.ts';
import type { EntryBody } from '../../../src/model/entry.ts';
import type { Notification } from '../../../src/model/notification.ts';
import { Secret } from '../../../src/model/secret.ts';
import { failed, finished, refused, started } from '../../core/entries.ts';
import { silentLogger } from '../../support/fakes.ts';
import { logRig } from '../deployment-log/rig.ts';

const key = Buffer.from('key');

/** A real log, whose entries an outbox is told of as the journal tells it. `start` is what another process would do next. */
async function rig() {
  const log = await logRig();
  const folder = join(log.directory, '..', 'outbox');
  let routes: readonly Route[] = [];
  const start = async (limit = 2_000) => {
    const writer = await log.open();
    let history = await writer.history();
    const [last] = (await writer.page({}, { order: 'newest', before: undefined, limit: 1 })).entries;
    const outbox = await openOutbox({
      targets: notificationTargets(() => routes, key),
      folder,
      head: last?.seq ?? 0,
      factsAfter: (seq) => factsAfter(log.directory, seq),
      redact: (text) => text.replaceAll('hunter2', '***'),
      clock: systemClock,
      logger: silentLogger,
      random: () => 0.5,
      pauses: { first: 10, most: 20 },
      limit,
    });
    return {
      ...outbox,
      async append(body: EntryBody, isCrash = false) {
        const entry = await writer.append(body);
        const before = history;
        history = advance(before, entry);
        if (!isCrash) outbox.take({ before, after: history, entry });
      },
      /** As a crash: nothing is flushed. */
      abandon: () => writer[Symbol.asyncDispose](),
      async [Symbol.asyncDispose]() {
        await outbox[Symbol.asyncDispose]();
        await writer[Symbol.asyncDispose]();
      },
    };
  };
  return {
    folder,
    start,
    configure(...next: readonly Route[]): void {
      routes = next;
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

/** A notifier that writes down what it takes; `trouble`: what it throws, while there is something. */
function phone(more: Partial<Route> = {}) {
  const heard: string[] = [];
  const notified: Notification[] = [];
  const state: { trouble: Error | undefined; tried: number } = { trouble: undefined, tried: 0 };
  const notify = async (notification: Notification): Promise<void> => {
    const { event, app, entry } = notification;
    state.tried += 1;
    if (state.trouble) throw state.trouble;
    notified.push(notification);
    heard.push(`${entry?.seq} ${app} ${event}`);
  };
  const route: Route = {
    type: 'phone',
    name: 'phone',
    options: {},
    on: ['failed', 'blocked', 'drifted', 'recovered'],
    severity: 'info',
    apps: [],
    notifier: { notify },
    ...more,
  };
  return { heard, notified, state, route };
}

const away = new HarborError('no answer from hunter2', { code: 'notify-failed', hint: 'Is it up?' });
const trouble = (message = 'bad', app = 'web') => refused(failed({ message }), { app });
const good = (app = 'web') => finished({ app });

test('what a crash kept from being told is told after it, in its order, and nothing of before the target was there', async () => {
  await using host = await rig();
  const { route, heard, state } = phone();
  {
    await using early = await host.start();
    await early.append(trouble('before anybody listened'));
  }
  host.configure(route);
  const first = await host.start();
  await first.append(trouble('one'));
  await first.settled();
  expect(heard).toEqual(['3 web failed']);
  state.trouble = away;
  await first.append(trouble('two'));
  await first.settled();
  await first.append(good(), true);
  await first.append(trouble('three', 'db'), true);
  await first.abandon();
  const after = phone();
  host.configure(after.route);
  await using second = await host.start();
  await second.settled();
  await second.append(good('db'));
  await second.settled();
  expect(heard).toEqual(['3 web failed']);
  expect(after.heard).toEqual(['4 web failed', '5 web recovered', '6 db failed', '7 db recovered']);
});

test('a target that cannot be reached is tried until it can, and seen meanwhile; another one is told at once', async () => {
  await using host = await rig();
  const [bad, fine] = [phone(), phone({ name: 'fine' })];
  host.configure(bad.route, fine.route);
  bad.state.trouble = away;
  await using outbox = await host.start();
  await outbox.append(trouble());
  await outbox.append(good());
  await outbox.settled();
  expect(fine.heard).toEqual(['2 web failed', '3 web recovered']);
  await vi.waitFor(() => expect(bad.state.tried).toBeGreaterThan(3), 5_000);
  expect(await deliveriesIn(host.folder)).toMatchObject([
    { target: 'fine', waiting: 0 },
    { target: 'phone', waiting: 2, trouble: { message: 'no answer from ***', hint: 'Is it up?' } },
  ]);
  bad.state.trouble = undefined;
  await vi.waitFor(() => expect(bad.heard).toEqual(['2 web failed', '3 web recovered']), 5_000);
  await vi.waitFor(async () => expect((await deliveriesIn(host.folder))[1]).toMatchObject({ waiting: 0 }), 5_000);
  expect((await deliveriesIn(host.folder))[1]?.trouble).toBeUndefined();
});

test('a target that hangs is waited for no longer than its limit, and holds up neither the others nor the caller', async () => {
  await using host = await rig();
  const fine = phone({ name: 'fine' });
  const hangs = phone({ notifier: { notify: () => new Promise(() => undefined) } });
  host.configure(hangs.route, fine.route);
  await using outbox = await host.start(50);
  await outbox.append(trouble());
  await outbox.settled();
  expect(fine.heard).toEqual(['2 web failed']);
  expect(await deliveriesIn(host.folder)).toMatchObject([{}, { trouble: { message: 'it did not end within 0.05 s' } }]);
});

test('who was told of trouble is told of its end, also across a restart and when he only wants to hear of trouble', async () => {
  await using host = await rig();
  const { route, heard } = phone({ on: ['failed'] });
  host.configure(route);
  {
    await using outbox = await host.start();
    await outbox.append(trouble());
    await outbox.append(
      refused({ kind: 'blocked', reasons: [{ code: 'denied', reason: 'no', lift: 'a line' }] }, { app: 'db' }),
    );
  }
  await using outbox = await host.start();
  await outbox.append(good());
  await outbox.append(good('db'));
  await outbox.settled();
  expect(heard).toEqual(['2 web failed', '4 web recovered']);
});

test('a route is chosen by app, also by a pattern, and by severity; what is about the whole host goes to all', async () => {
  await using host = await rig();
  const [databases, urgent] = [
    phone({ name: 'databases', apps: ['db-*'] }),
    phone({ name: 'urgent', severity: 'error' }),
  ];
  host.configure(databases.route, urgent.route);
  await using outbox = await host.start();
  const wait = refused(
    { kind: 'blocked', reasons: [{ code: 'denied', reason: 'no', lift: 'a line' }] },
    { app: 'db-1' },
  );
  for (const body of [trouble(), wait, good('db-1'), good(), trouble('bad', 'adb-1')]) await outbox.append(body);
  await outbox.settled();
  expect(databases.heard).toEqual(['3 db-1 blocked', '4 db-1 recovered']);
  expect(urgent.heard).toEqual(['2 web failed', '5 web recovered', '6 adb-1 failed']);
});

test('a message that is refused again and again is given up, and the next one is told', async () => {
  await using host = await rig();
  const { route, heard, state } = phone();
  host.configure(route);
  state.trouble = new HarborError('400 of hunter2', { code: 'notify-refused' });
  await using outbox = await host.start();
  await outbox.append(trouble());
  await vi.waitFor(
    async () =>
      expect(await deliveriesIn(host.folder)).toMatchObject([{ refused: 1, refusal: { message: '400 of ***' } }]),
    5_000,
  );
  state.trouble = undefined;
  await outbox.append(good());
  await outbox.settled();
  expect(heard).toEqual(['3 web recovered']);
});

test('a named target keeps what waits when its configuration changes; one that went and comes back begins anew', async () => {
  await using host = await rig();
  const [wrong, right] = [phone(), phone()];
  host.configure(wrong.route);
  wrong.state.trouble = away;
  await using outbox = await host.start();
  await outbox.append(trouble());
  await outbox.settled();
  host.configure(right.route);
  await outbox.append(started());
  await vi.waitFor(() => expect(right.heard).toEqual(['2 web failed']), 5_000);
  host.configure();
  await outbox.append(trouble('other'));
  await outbox.settled();
  expect(await readdir(host.folder)).toEqual([]);
  host.configure(right.route);
  await outbox.append(trouble('third'));
  await outbox.settled();
  expect(right.heard).toEqual(['2 web failed', '5 web failed']);
});

test('an app that is renamed while it is in trouble is told of once, and its recovery with the name of before', async () => {
  await using host = await rig();
  const { route, notified } = phone({ on: ['failed'], apps: ['web'] });
  host.configure(route);
  await using outbox = await host.start();
  await outbox.append(trouble());
  await outbox.append({ kind: 'renamed', app: 'shop', from: 'web', project: 'web', trigger: { kind: 'start' } });
  await outbox.append(good('shop'));
  await outbox.settled();
  expect(notified.map(({ event, app, formerly }) => [event, app, formerly])).toEqual([
    ['failed', 'web', undefined],
    ['recovered', 'shop', ['web']],
  ]);
});

test('a name given during trouble is remembered across a crash, although nobody was told of it', async () => {
  await using host = await rig();
  const { route, heard } = phone({ on: ['failed'] });
  host.configure(route);
  const first = await host.start();
  await first.append(trouble());
  await first.settled();
  await first.append({ kind: 'renamed', app: 'shop', from: 'web', project: 'web', trigger: { kind: 'start' } });
  await first.abandon();
  await using second = await host.start();
  await second.append(good('shop'));
  await second.settled();
  expect(heard).toEqual(['2 web failed', '4 shop recovered']);
});

test('a target without a name stays the same with another secret, text or limit; with another address it is new', async () => {
  await using host = await rig();
  const unnamed = (options: Route['options']) => phone({ name: undefined, options });
  const [wrong, right] = [
    unnamed({ topic: new Secret('old'), url: 'https://a.example', text: 'x', timeout: '10s' }),
    unnamed({ topic: new Secret('new'), url: 'https://a.example', text: 'y', timeout: '5s' }),
  ];
  host.configure(wrong.route);
  wrong.state.trouble = away;
  {
    await using outbox = await host.start();
    await outbox.append(trouble());
    await outbox.settled();
  }
  host.configure(right.route);
  await using outbox = await host.start();
  await outbox.settled();
  await outbox.append(good());
  await outbox.settled();
  expect(right.heard).toEqual(['2 web failed', '3 web recovered']);
  const other = unnamed({ topic: new Secret('new'), url: 'https://b.example', text: 'y', timeout: '5s' });
  right.state.trouble = away;
  await outbox.append(trouble('again'));
  await outbox.settled();
  host.configure(other.route);
  outbox.reconfigured();
  await outbox.append(trouble('other', 'db'));
  await outbox.settled();
  expect(other.heard).toEqual(['5 db failed']);
});

test('where it is not clear which of several a new target takes over, it begins anew', async () => {
  await using host = await rig();
  const withSecret = (secret: string) => phone({ name: undefined, options: { url: new Secret(secret) } });
  const [one, two, three] = [withSecret('1'), withSecret('2'), withSecret('3')];
  for (const { state } of [one, two]) state.trouble = away;
  host.configure(one.route, two.route);
  await using outbox = await host.start();
  await outbox.append(trouble());
  await outbox.settled();
  host.configure(three.route);
  outbox.reconfigured();
  await outbox.append(good());
  await outbox.settled();
  expect(three.heard).toEqual(['3 web recovered']);
});

test('another configuration is taken up at once: what waits is sent to where it leads now, without a further entry', async () => {
  await using host = await rig();
  const [wrong, right] = [phone(), phone()];
  host.configure(wrong.route);
  wrong.state.trouble = away;
  await using outbox = await host.start();
  await outbox.append(trouble());
  await outbox.settled();
  host.configure(right.route);
  outbox.reconfigured();
  await outbox.settled();
  expect(right.heard).toEqual(['2 web failed']);
});

test('a receiver that says when is not asked before, for an hour at most', async () => {
  await using host = await rig();
  const { route, state } = phone();
  host.configure(route);
  const later = (wait: number) => new HarborError('429', { code: 'notify-failed', cause: new NotBefore(wait) });
  const soon = async () => {
    const [delivery] = await deliveriesIn(host.folder);
    return Math.round((Date.parse(delivery?.trouble?.next ?? '') - Date.now()) / 60_000);
  };
  for (const [wait, minutes] of [
    [600_000, 10],
    [86_400_000, 60],
  ] as const) {
    state.trouble = later(wait);
    await using outbox = await host.start();
    await outbox.append(trouble(`for ${wait}`));
    await outbox.settled();
    expect(await soon()).toBe(minutes);
  }
});

test('more than is held in memory is told, too, and what is kept of a target has no secret in it', async () => {
  await using host = await rig();
  const { route, heard, state } = phone({ name: undefined, options: { url: 'https://example.org/s3cret' } });
  host.configure(route);
  state.trouble = away;
  await using outbox = await host.start();
  for (let index = 0; index < 600; index += 1) await outbox.append(trouble('bad', `app${index}`));
  state.trouble = undefined;
  await vi.waitFor(() => expect(heard).toHaveLength(600), 20_000);
  expect(heard).toEqual(Array.from({ length: 600 }, (_, index) => `${index + 2} app${index} failed`));
  const [file = ''] = await readdir(host.folder);
  expect(file).toMatch(/^phone-[0-9a-f]{8}\.json$/);
  expect(await readFile(join(host.folder, file), 'utf8')).not.toContain('s3cret');
}, 40_000);

test('the facts of a part of the log are those of the whole', async () => {
  await using host = await rig();
  const log = await host.start();
  for (const body of [trouble(), started(), good(), trouble('again')]) await log.append(body);
  await log[Symbol.asyncDispose]();
  const facts = async (seq: number) => {
    const found = [];
    for await (const fact of factsAfter(join(host.folder, '..', 'log'), seq)) found.push(fact);
    return found;
  };
  const all = await facts(0);
  expect(all[0]?.before).toEqual(emptyHistory);
  for (const seq of [0, 1, 3, 4, 5]) expect(await facts(seq)).toEqual(all.slice(seq));
});
