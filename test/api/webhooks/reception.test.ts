import { describe, expect, test } from 'vitest';
import { createReception, type Receive } from '../../../src/api/webhooks/reception.ts';
import type { Concerned } from '../../../src/core/concerned.ts';
import type { WebhookConfig } from '../../../src/model/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import type { Trigger } from '../../../src/model/trigger.ts';
import { app } from '../../support/builders.ts';
import { ManualClock, silentLogger, testConfig } from '../../support/fakes.ts';
import { githubPush, gitlabPush, type Message, signedPush } from '../../support/forges.ts';

const secret = 'a secret of some length';
const shopUrl = 'https://git.example.org/acme/shop';

const follows = (name: string, url: string) =>
  app({
    name,
    project: name,
    repository: { id: name, url, credentials: { kind: 'none' }, certificateAuthority: undefined },
  });

const webhook = (type: string, apps: readonly string[] = []): WebhookConfig => ({
  type,
  secret: new Secret(secret),
  apps,
});

/** A host with two apps of one repository, one of another, and a webhook of each kind. */
function reception() {
  const clock = new ManualClock();
  const hints: { trigger: Trigger; concerned: Concerned }[] = [];
  const warned: unknown[] = [];
  const config = {
    ...testConfig([
      follows('shop', `${shopUrl}.git`),
      follows('shop-staging', 'git@git.example.org:Acme/Shop.git'),
      follows('blog', 'https://git.example.org/acme/blog.git'),
    ]),
    webhooks: {
      hub: webhook('github'),
      lab: webhook('gitlab'),
      own: webhook('signed'),
      named: webhook('signed', ['bl*']),
    } as Record<string, WebhookConfig>,
  };
  const receive = createReception({
    config: () => config,
    clock,
    logger: { ...silentLogger, warn: (facts) => void warned.push(facts) },
    hint: (trigger, concerned) => void hints.push({ trigger, concerned }),
  });
  return { receive, clock, hints, warned, config };
}

const requestOf = ({ headers, body }: Message): Request =>
  new Request('http://localhost/webhooks/x', { method: 'POST', headers, body });

const refusal = (receive: Receive, name: string, message: Message, address = '192.0.2.1') =>
  receive(name, requestOf(message), address).then(
    () => {
      throw new Error('it was taken');
    },
    ({ code, message: detail, hint }: { code: string; message: string; hint: string }) => ({ code, detail, hint }),
  );

describe('a push', () => {
  test('makes exactly the apps looked at that follow its repository, however they reach it, and names its delivery', async () => {
    const { receive, hints } = reception();
    const answer = await receive(
      'hub',
      requestOf(githubPush({ secret, repository: shopUrl, delivery: 'd1' })),
      '192.0.2.1',
    );
    expect(answer).toEqual({
      status: 'accepted',
      detail: 'Git is looked at now for shop, shop-staging.',
      apps: ['shop', 'shop-staging'],
      configuration: false,
    });
    const actor = { kind: 'webhook', forge: 'github', name: 'hub', delivery: 'd1' };
    expect(hints).toEqual([
      { trigger: { kind: 'webhook', actor }, concerned: { apps: ['shop', 'shop-staging'], followings: [] } },
    ]);
  });

  test('that says what to fetch is not believed: no word of it but the repository counts', async () => {
    const { receive, hints } = reception();
    const evil = githubPush({ secret, repository: 'https://evil.example.org/acme/shop' });
    expect(await receive('hub', requestOf(evil), '192.0.2.1')).toMatchObject({ status: 'unmatched' });
    expect(hints).toEqual([]);
  });

  test('of a repository that nothing follows says so, and what to do; once something does, the same delivery counts', async () => {
    const { receive, hints, config } = reception();
    const message = gitlabPush({ secret, repository: 'https://git.example.org/acme/wiki', delivery: 'd1' });
    const answer = await receive('lab', requestOf(message), '192.0.2.1');
    expect(answer).toMatchObject({ status: 'unmatched', apps: [] });
    expect(answer.detail).toBe(
      'Nothing on this host follows https://git.example.org/acme/wiki.git. Is an app of it configured here, under this address? Where the address differs, list the apps under webhooks.lab.apps in the configuration.',
    );
    Object.assign(config, { apps: [follows('wiki', 'https://git.example.org/acme/wiki')] });
    expect(await receive('lab', requestOf(message), '192.0.2.1')).toMatchObject({ status: 'accepted', apps: ['wiki'] });
    expect(hints).toHaveLength(1);
  });

  test('to a webhook for named apps makes those looked at, whatever it names; else one must be named', async () => {
    const { receive, hints, clock } = reception();
    const at = clock.now().getTime() / 1000;
    expect(await receive('named', requestOf(signedPush({ secret, repository: shopUrl }, at)), '')).toMatchObject({
      apps: ['blog'],
    });
    const nothing = signedPush({ secret, repository: '' }, at);
    expect(await receive('named', requestOf(nothing), '')).toMatchObject({ apps: ['blog'] });
    expect(await receive('own', requestOf(nothing), '')).toMatchObject({
      status: 'unmatched',
      detail: expect.stringContaining('send {"repository": "URL"}'),
    });
    expect(hints).toHaveLength(2);
  });

  test('of the repository that the configuration comes from makes that looked at', async () => {
    const { receive, hints, config } = reception();
    const { repository, ref } = follows('hosts', 'https://git.example.org/ops/hosts');
    Object.assign(config, {
      source: { repository, ref, interval: 60_000, path: 'harbormaster.yml', verify: undefined },
    });
    const message = githubPush({ secret, repository: 'https://git.example.org/ops/hosts' });
    expect(await receive('hub', requestOf(message), '192.0.2.1')).toMatchObject({
      detail: 'Git is looked at now for the configuration.',
      apps: [],
      configuration: true,
    });
    expect(hints[0]?.concerned.followings.map((following) => following.repository)).toEqual([repository]);
  });

  test('back to what was pushed before is a push: only the very same delivery does nothing, for a day', async () => {
    const { receive, hints, clock } = reception();
    const send = (delivery: string) =>
      receive('hub', requestOf(githubPush({ secret, repository: shopUrl, delivery })), '').then(({ status }) => status);
    expect(await send('one')).toBe('accepted');
    expect(await send('two')).toBe('accepted');
    expect(await send('one')).toBe('duplicate');
    expect(hints).toHaveLength(2);
    clock.advance(25 * 3_600_000);
    expect(await send('one')).toBe('accepted');
  });

  test('whose delivery another message bore before is a push all the same: no signature covers the id', async () => {
    const { receive } = reception();
    const send = (repository: string) =>
      receive('hub', requestOf(githubPush({ secret, repository, delivery: 'one' })), '');
    expect((await send(shopUrl)).status).toBe('accepted');
    expect((await send('https://git.example.org/acme/blog')).status).toBe('accepted');
  });

  test('comes sixty times at once and then twice a second; what is too much says that the interval comes anyway', async () => {
    const { receive, clock, hints } = reception();
    const send = () => receive('hub', requestOf(githubPush({ secret, repository: shopUrl })), '');
    for (let count = 0; count < 60; count += 1) await send();
    await expect(send()).rejects.toMatchObject({
      code: 'too-many-requests',
      hint: expect.stringContaining('interval'),
    });
    expect(hints).toHaveLength(60);
    // Neither another repository nor another webhook is concerned.
    const blog = githubPush({ secret, repository: 'https://git.example.org/acme/blog' });
    expect(await receive('hub', requestOf(blog), '')).toMatchObject({ status: 'accepted' });
    expect(await receive('lab', requestOf(gitlabPush({ secret, repository: shopUrl })), '')).toMatchObject({
      status: 'accepted',
    });
    clock.advance(500);
    expect(await send()).toMatchObject({ status: 'accepted' });
  });

  test('bears an id that a terminal survives', async () => {
    const { receive, hints } = reception();
    const message = githubPush({ secret, repository: shopUrl, delivery: `\u009b31m${'x'.repeat(200)}` });
    await receive('hub', requestOf(message), '');
    const { actor } = hints[0]?.trigger ?? {};
    expect(actor?.kind === 'webhook' && actor.delivery).toBe(`\\u009b31m${'x'.repeat(91)}`);
  });
});

describe('whatever else a forge sends', () => {
  test('a ping is answered with what a push would do', async () => {
    const { receive, hints } = reception();
    const ping = (repository: string) =>
      receive('hub', requestOf(githubPush({ secret, repository, event: 'ping' })), '');
    expect(await ping(shopUrl)).toMatchObject({
      status: 'pong',
      detail: 'This webhook is heard. A push makes Harbormaster look for shop, shop-staging.',
    });
    expect((await ping('https://git.example.org/acme/wiki')).detail).toMatch(
      /^This webhook is heard. Nothing on this host follows/,
    );
    expect(hints).toEqual([]);
  });

  test('what is no push is told to be needless', async () => {
    const { receive, hints } = reception();
    const issue = githubPush({ secret, repository: shopUrl, event: 'issues' });
    expect(await receive('hub', requestOf(issue), '')).toMatchObject({
      status: 'ignored',
      detail: '"issues" is no push: nothing is looked at. Let the forge send pushes only.',
    });
    expect(hints).toEqual([]);
  });
});

describe('a message that proves nothing', () => {
  const wrong = githubPush({ secret: 'another secret, sixteen', repository: shopUrl });

  test('is refused alike for a wrong secret, a wrong kind of forge and a name that there is no webhook of; the own log tells them apart', async () => {
    const { receive, hints, warned } = reception();
    const [secretWrong, kindWrong, nameWrong] = [
      await refusal(receive, 'hub', wrong),
      await refusal(receive, 'lab', wrong),
      await refusal(receive, 'nothing', wrong),
    ];
    expect(secretWrong).toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('It bears x-hub-signature-256.'),
    });
    expect([kindWrong, nameWrong]).toEqual([secretWrong, secretWrong]);
    expect(await refusal(receive, '__proto__', wrong)).toEqual(secretWrong);
    expect(JSON.stringify(secretWrong)).not.toMatch(/shop|hub\b(?!-)|another secret/);
    expect(warned).toMatchObject([
      { webhook: 'hub', why: 'its x-hub-signature-256 is of another secret, or of another body' },
      { webhook: 'lab', why: expect.stringContaining('bears no x-gitlab-token') },
      { webhook: 'nothing', why: 'there is no webhook of this name' },
      { webhook: '__proto__', why: 'there is no webhook of this name' },
    ]);
    expect(hints).toEqual([]);
  });

  test('is told to be unsigned where it is', async () => {
    const { receive } = reception();
    const { body } = wrong;
    expect(await refusal(receive, 'hub', { headers: {}, body })).toMatchObject({
      detail: 'this message bears no signature',
      hint: expect.stringContaining('Set a secret'),
    });
  });

  test('fills no log, and keeps nobody out who knows the secret', async () => {
    const { receive, warned, clock } = reception();
    for (let count = 0; count < 100; count += 1) await refusal(receive, 'hub', wrong);
    expect(warned).toHaveLength(20);
    const right = githubPush({ secret, repository: shopUrl });
    expect(await receive('hub', requestOf(right), '192.0.2.1')).toMatchObject({ status: 'accepted' });
    clock.advance(5000);
    await refusal(receive, 'hub', wrong);
    expect(warned).toHaveLength(21);
  });

  test('a repeated one is no replay of a right one, nor the other way round', async () => {
    const { receive } = reception();
    await refusal(
      receive,
      'hub',
      githubPush({ secret: 'another secret, sixteen', repository: shopUrl, delivery: 'd' }),
    );
    const right = githubPush({ secret, repository: shopUrl, delivery: 'd' });
    expect(await receive('hub', requestOf(right), '')).toMatchObject({ status: 'accepted' });
    await refusal(receive, 'hub', { ...right, body: `${right.body} ` });
  });
});

test('a body of more than a mebibyte is refused before anybody asks whose it is', async () => {
  const { receive } = reception();
  const large = { headers: {}, body: ' '.repeat(1024 * 1024 + 1) };
  expect(await refusal(receive, 'hub', large)).toMatchObject({ code: 'too-large' });
  expect(await refusal(receive, 'nothing', large)).toMatchObject({ code: 'too-large' });
});

test('so many bodies are read at once, from one address and of all; the others go on', async () => {
  const { receive } = reception();
  const open: ReadableStreamDefaultController<Uint8Array>[] = [];
  const slow = (address: string) => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void open.push(controller) });
    const request = new Request('http://localhost/', { method: 'POST', body, duplex: 'half' } as RequestInit);
    return receive('hub', request, address).catch(({ code }: { code: string }) => code);
  };
  const held = Array.from({ length: 8 }, () => slow('192.0.2.1'));
  expect(await slow('192.0.2.1')).toBe('too-many-requests');
  const right = githubPush({ secret, repository: shopUrl });
  expect(await receive('hub', requestOf(right), '192.0.2.2')).toMatchObject({ status: 'accepted' });
  for (const address of ['3', '4', '5'])
    for (let count = 0; count < 8; count += 1) held.push(slow(`192.0.2.${address}`));
  expect(await slow('192.0.2.6')).toBe('too-many-requests');
  for (const controller of open) controller.close();
  expect(await Promise.all(held)).toEqual(held.map(() => 'forbidden'));
  expect(await refusal(receive, 'hub', { headers: {}, body: '' }, '192.0.2.1')).toMatchObject({ code: 'forbidden' });
});
