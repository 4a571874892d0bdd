import { describe, expect, test } from 'vitest';
import * as kinds from '../../../src/api/webhooks/index.ts';
import type { Delivery } from '../../../src/api/webhooks/kind.ts';
import { giteaPush, githubPush, gitlabPush, type Message, signedPush, standardHeaders } from '../../support/forges.ts';

const { github, gitlab, gitea, forgejo, signed } = kinds;
const secret = 'a secret of some length';
const repository = 'https://git.example.org/acme/shop';
const delivery = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const asked = { secret, repository, delivery };
const now = Date.parse('2026-01-01T12:00:00Z');
const at = now / 1000;

const arrived = ({ headers, body }: Message): Delivery => {
  const all = new Headers(headers);
  return { header: (name) => all.get(name) ?? undefined, body: Buffer.from(body), at: now };
};

const messages = {
  github: [github, githubPush(asked)],
  'github, as a form': [github, githubPush(asked, { form: true })],
  'github, a new branch or tag': [github, githubPush({ ...asked, event: 'create' })],
  gitlab: [gitlab, gitlabPush(asked)],
  'gitlab, a tag': [gitlab, gitlabPush({ ...asked, event: 'tag_push' }, { hook: 'Tag Push Hook' })],
  'gitlab, with a signing token': [gitlab, gitlabPush(asked, { signedAt: at })],
  'gitlab, a system hook of a push': [gitlab, gitlabPush(asked, { hook: 'System Hook' })],
  'gitlab, a system hook of an update': [
    gitlab,
    gitlabPush({ ...asked, event: 'repository_update' }, { hook: 'System Hook' }),
  ],
  gitea: [gitea, giteaPush(asked)],
  'gitea, a new branch or tag': [gitea, giteaPush({ ...asked, event: 'create' })],
  forgejo: [forgejo, giteaPush(asked, { forgejo: true })],
  'forgejo, taken for gitea': [gitea, giteaPush(asked, { forgejo: true })],
  signed: [signed, signedPush(asked, at)],
} as const;

describe.each(Object.entries(messages))('a push of %s', (name, [kind, message]) => {
  test('is proven, and says which delivery of which repository it is', () => {
    const it = arrived(message);
    expect(kind.doubt(it, secret)).toBeUndefined();
    expect(kind.idOf(it)).toBe(delivery);
    const { event, urls } = kind.read(it);
    expect(event).toBe('push');
    expect(urls).toContain(name === 'signed' ? repository : `${repository}.git`);
    if (name !== 'signed') expect(urls).toContain('git@git.example.org:acme/shop.git');
    expect(urls.filter((url) => !url.includes('acme/shop'))).toEqual([]);
  });

  test('is doubted with another secret, with none, and with another body', () => {
    const it = arrived(message);
    expect(kind.doubt(it, `${secret}!`)).toMatch(/another secret/);
    expect(kind.doubt({ ...it, header: () => undefined }, secret)).toMatch(/bears no/);
    const isSecretItself = it.header('x-gitlab-token') !== undefined;
    const other = { ...it, body: Buffer.concat([it.body, Buffer.from(' ')]) };
    expect(kind.doubt(other, secret)).toEqual(isSecretItself ? undefined : expect.stringMatching(/another body/));
  });
});

test.each([
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  [
    github,
    "It's a Secret to Everybody",
    'Hello, World!',
    { 'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
  ],
  // RFC 4231, test case 2
  [
    gitea,
    'Jefe',
    'what do ya want for nothing?',
    { 'X-Gitea-Signature': '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' },
  ],
] as const)('the published signature of $type is taken', (kind, key, body, headers) => {
  expect(kind.doubt(arrived({ headers, body }), key)).toBeUndefined();
  expect(kind.doubt(arrived({ headers, body: `${body}!` }), key)).toMatch(/another secret/);
});

test('the signature that standardwebhooks.com publishes is taken, with its key in its own form', () => {
  const it = arrived({
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
  });
  const then = { ...it, at: 1_614_265_330_000 };
  expect(signed.doubt(then, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBeUndefined();
  expect(signed.doubt(then, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toMatch(/another secret/);
});

describe('a signature over id, time and body', () => {
  const body = JSON.stringify({ repository });
  const headers = standardHeaders(body, { secret, id: 'one', at });
  const doubtOf = (more: Record<string, string>, when = now) =>
    signed.doubt({ ...arrived({ headers: { ...headers, ...more }, body }), at: when }, secret);

  test('counts for five minutes before and after its time', () => {
    expect([doubtOf({}, now + 300_000), doubtOf({}, now - 300_000)]).toEqual([undefined, undefined]);
    expect(doubtOf({}, now + 302_000)).toMatch(/302 s ago/);
    expect(doubtOf({}, now - 302_000)).toMatch(/302 s ahead/);
    expect(doubtOf({ 'webhook-timestamp': '1e9' })).toMatch(/no number of seconds/);
  });

  test('covers id and time, may be one of several, and is none of another version', () => {
    expect(doubtOf({ 'webhook-id': 'two' })).toMatch(/another secret/);
    expect(doubtOf({ 'webhook-timestamp': `${at + 1}` })).toMatch(/another secret/);
    const good = headers['webhook-signature'] ?? '';
    expect(doubtOf({ 'webhook-signature': `v1,bm9uc2Vuc2U= ${good}` })).toBeUndefined();
    expect(doubtOf({ 'webhook-signature': good.replace('v1,', 'v2,') })).toMatch(/another secret/);
  });

  test('of GitLab counts alone where there is one: its secret in clear saves no wrong signature', () => {
    const { headers: given, body: text } = gitlabPush(asked, { signedAt: at });
    const forged = { ...given, 'X-Gitlab-Token': secret, 'webhook-signature': 'v1,bm9uc2Vuc2U=' };
    expect(gitlab.doubt(arrived({ headers: forged, body: text }), secret)).toMatch(/another secret/);
  });
});

test.each([
  ['ping of GitHub', github, githubPush({ ...asked, event: 'ping' }), 'ping'],
  ['issue of GitHub', github, githubPush({ ...asked, event: 'issues' }), 'other'],
  ['issue of GitLab', gitlab, gitlabPush({ ...asked, event: 'issue' }, { hook: 'Issue Hook' }), 'other'],
  [
    'new user in a system hook of GitLab',
    gitlab,
    gitlabPush({ ...asked, event: 'user_create' }, { hook: 'System Hook' }),
    'other',
  ],
  ['pull request of Gitea', gitea, giteaPush({ ...asked, event: 'pull_request' }), 'other'],
  ['ping of anybody', signed, { headers: {}, body: '{"event":"ping"}' }, 'ping'],
] as const)('a %s is no push', (_what, kind, message, event) => {
  expect(kind.read(arrived(message)).event).toBe(event);
});

test.each([
  '',
  'null',
  '[]',
  '"text"',
  '{',
  '{"repository":null}',
  '{"repository":{"clone_url":7}}',
  '{"project":"x"}',
  '\u0000',
])('a body %j names nothing, and breaks nothing', (body) => {
  for (const kind of Object.values(kinds)) expect(kind.read(arrived({ headers: {}, body })).urls).toEqual([]);
});

test('an address that is longer than any is none', () => {
  const long = `https://git.example.org/${'/'.repeat(100_000)}x`;
  expect(signed.read(arrived({ headers: {}, body: JSON.stringify({ repository: long }) })).urls).toEqual([]);
});
