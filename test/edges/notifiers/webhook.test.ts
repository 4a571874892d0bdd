import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { webhook, webhookNotifier } from '../../../src/edges/notifiers/webhook.ts';
import { Secret } from '../../../src/model/secret.ts';
import { notification } from './notification.ts';
import { receiver, status } from './receiver.ts';

/** Sleeps are remembered, not slept. */
function manualClock() {
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date('2026-11-20T10:00:00.000Z'),
    sleep: async (milliseconds: number) => void slept.push(milliseconds),
  };
}

const secret = '0123456789abcdef';
const notifier = (url: string, clock = manualClock(), timeout = '5s') =>
  webhookNotifier({ url, secret, timeout }, clock);

test('a notification is posted as JSON, signed over its raw body', async () => {
  await using server = await receiver();
  await notifier(server.url).notify(notification());
  const [request] = server.seen;
  expect(request).toMatchObject({ method: 'POST', path: '/hooks/s3cret-path' });
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-harbormaster-event': 'failed',
    'x-harbormaster-signature': `sha256=${createHmac('sha256', secret)
      .update(request?.body ?? '')
      .digest('hex')}`,
  });
  expect(JSON.parse(request?.body ?? '')).toEqual({
    delivery: request?.headers['x-harbormaster-delivery'],
    event: 'failed',
    timestamp: '2026-11-20T10:00:00.000Z',
    host: 'host1',
    app: 'web',
    summary: 'failed: services.web must be a mapping',
    entry: JSON.parse(JSON.stringify(notification().entry)) as unknown,
  });
});

describe('a receiver that fails', () => {
  test('is tried again, with the same delivery', async () => {
    await using server = await receiver(status(503), (response) => void response.destroy(), status(429), status(200));
    const clock = manualClock();
    await notifier(server.url, clock).notify(notification());
    expect(server.seen.length).toBe(4);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    expect(clock.slept).toEqual([200, 1_000, 3_000]);
  });

  test('is given up after three more attempts, without telling the path of the URL', async () => {
    await using server = await receiver(status(500));
    const error = await notifier(server.url)
      .notify(notification())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'notify-failed',
      message: expect.stringMatching(/^the webhook at 127\.0\.0\.1:\d+ was not delivered: it answered 500$/) as string,
    });
    expect(server.seen.length).toBe(4);
  });

  test.each([
    ['refuses', status(401), 'it answered 401'],
    ['redirects', status(302, { location: 'http://127.0.0.1:1/' }), 'it redirects (302), which is not followed'],
  ])('is not asked again when it %s', async (_, answer, what) => {
    await using server = await receiver(answer);
    await expect(notifier(server.url).notify(notification())).rejects.toThrow(what);
    expect(server.seen.length).toBe(1);
  });

  test('by never answering holds nobody up for longer than the limit', async () => {
    await using server = await receiver(() => undefined);
    const begun = performance.now();
    await expect(notifier(server.url, manualClock(), '1s').notify(notification())).rejects.toThrow(
      'it did not answer in time',
    );
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('by not being there says why', async () => {
    await expect(notifier('http://127.0.0.1:1/').notify(notification())).rejects.toThrow(/ECONNREFUSED|bad port/);
  });
});

test('options are checked, and may come as secrets', () => {
  const { options } = webhook;
  expect(options.parse({ url: new Secret('https://example.org/x'), secret: new Secret(secret) })).toEqual({
    url: 'https://example.org/x',
    secret,
    timeout: '10s',
  });
  for (const wrong of [
    { url: 'ftp://x', secret },
    { url: 'https://x.org', secret: 'short' },
    { url: 'https://x.org', secret, timeout: '11s' },
    { url: 'https://x.org', secret, more: 1 },
  ]) {
    expect(options.safeParse(wrong).success).toBe(false);
  }
});
