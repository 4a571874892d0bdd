import { describe, expect, test } from 'vitest';
import { alertmanagerNotifier } from '../../../src/edges/notifiers/alertmanager.ts';
import { discord } from '../../../src/edges/notifiers/discord.ts';
import { ntfy } from '../../../src/edges/notifiers/ntfy.ts';
import { post } from '../../../src/edges/notifiers/post.ts';
import { slack } from '../../../src/edges/notifiers/slack.ts';
import { Secret } from '../../../src/model/secret.ts';
import { notification } from './notification.ts';
import { receiver, status } from './receiver.ts';

const nasty = { summary: 'failed: <!channel> & @everyone' };

test('Slack gets a coloured message, in which nobody is called', async () => {
  await using server = await receiver(status(200));
  await slack.make({ url: new Secret(server.url) }).notify(notification(nasty));
  expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
    text: 'web on host1: failed',
    attachments: [
      {
        color: '#c0392b',
        fallback: 'web on host1: failed',
        text: '*web on host1: failed*\nfailed: &lt;!channel&gt; &amp; @everyone',
        mrkdwn_in: ['text'],
        footer: 'harbormaster log show 1',
      },
    ],
  });
});

test('Discord gets an embed that mentions nobody, no longer than it takes', async () => {
  await using server = await receiver(status(204));
  await discord
    .make({ url: server.url, text: '{{app}}: {{summary}}' })
    .notify(notification({ summary: `@everyone ${'x'.repeat(5000)}` }));
  const { embeds, allowed_mentions } = JSON.parse(server.seen[0]?.body ?? '');
  expect(allowed_mentions).toEqual({ parse: [] });
  expect(embeds[0]).toMatchObject({
    title: 'web on host1: failed',
    color: 0xc0392b,
    footer: { text: 'harbormaster log show 1' },
  });
  expect(embeds[0].description).toHaveLength(4096);
  expect(embeds[0].description).toMatch(/^web: @everyone x/);
});

test('ntfy gets topic, title and priority, and the token in a header', async () => {
  await using server = await receiver(status(200));
  const options = { url: server.origin, topic: new Secret('t0pic'), token: new Secret('tk_123') };
  await ntfy.make(options).notify(notification({ event: 'recovered', summary: 'well again' }));
  const [request] = server.seen;
  expect(request?.headers.authorization).toBe('Bearer tk_123');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    topic: 't0pic',
    title: 'web on host1: recovered',
    message: 'well again',
    priority: 3,
    tags: ['white_check_mark'],
  });
});

test('an alert stands until its recovery, which has the same labels', async () => {
  await using server = await receiver(status(200));
  const clock = { now: () => new Date('2026-11-20T10:00:00Z'), sleep: async () => undefined };
  const given = {
    url: `${server.origin}/`,
    labels: { team: 'shop' },
    text: '{{summary}}',
    timeout: '5s',
    token: undefined,
  };
  const notifier = alertmanagerNotifier(given, clock);
  await notifier.notify(notification());
  await notifier.notify(notification({ event: 'recovered', summary: 'well again' }));
  const [trouble, recovery] = server.seen.map(({ body }) => JSON.parse(body)[0]);
  expect(server.seen[0]?.path).toBe('/api/v2/alerts');
  expect(trouble).toEqual({
    labels: { alertname: 'HarbormasterTrouble', host: 'host1', app: 'web', team: 'shop' },
    annotations: { summary: 'failed: services.web must be a mapping', event: 'failed', severity: 'error' },
    startsAt: '2026-11-20T10:00:00.000Z',
    endsAt: '2026-12-20T10:00:00.000Z',
  });
  expect(recovery.labels).toEqual(trouble.labels);
  expect(recovery.endsAt).toBe('2026-11-20T10:00:00.000Z');
  await notifier.notify(notification({ event: 'recovered', app: 'shop', formerly: ['web'] }));
  const ended = JSON.parse(server.seen[2]?.body ?? '[]') as { labels: { app: string }; endsAt: string }[];
  expect(ended.map(({ labels, endsAt }) => [labels.app, endsAt])).toEqual([
    ['shop', '2026-11-20T10:00:00.000Z'],
    ['web', '2026-11-20T10:00:00.000Z'],
  ]);
});

test('a receiver that asks for patience gets it', async () => {
  await using server = await receiver(status(429, { 'retry-after': '2' }), status(200));
  const slept: number[] = [];
  const clock = { sleep: async (milliseconds: number) => void slept.push(milliseconds) };
  await post({ url: server.url, headers: {}, body: '{}' }, { target: 'it', limit: 5000, clock });
  expect(slept).toEqual([2000]);
});

describe('options that cannot be right are refused', () => {
  test.each([
    ['slack', slack, { url: 'https://x.org', text: '{{sumary}}' }],
    ['discord', discord, { url: 'ftp://x.org' }],
    ['ntfy', ntfy, { topic: 'a topic' }],
    ['ntfy', ntfy, { topic: 'x', colour: 'red' }],
  ])('%s', (_, kind, options) => {
    expect(() => kind.make(options)).toThrow();
  });
});
