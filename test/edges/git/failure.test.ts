import { expect, test } from 'vitest';
import { gitFailure, httpFailure } from '../../../src/edges/git/failure.ts';
import { Secret } from '../../../src/model/secret.ts';
import { repository } from './fixture.ts';

const from = repository('https://git.example.org/openssl.git');

test.each([
  [
    "fatal: unable to access 'https://git.example.org/openssl.git/': Could not resolve host: git.example.org",
    'source-unreachable',
  ],
  [
    "fatal: unable to access 'https://git.example.org/openssl.git/': The requested URL returned error: 503",
    'source-unreachable',
  ],
  [
    "fatal: unable to access 'https://git.example.org/openssl.git/': The requested URL returned error: 429",
    'source-unreachable',
  ],
  [
    'ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository.',
    'source-unreachable',
  ],
  ['kex_exchange_identification: Connection closed by remote host', 'source-unreachable'],
  ['fatal: early EOF\nfatal: fetch-pack: invalid index-pack output', 'source-unreachable'],
  ["fatal: could not read Username for 'https://git.example.org': terminal prompts disabled", 'source-refused'],
  ["fatal: Authentication failed for 'https://git.example.org/openssl.git/'", 'source-refused'],
  ["fatal: unable to access '…': The requested URL returned error: 403", 'source-refused'],
  ['git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'source-refused'],
  ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'source-refused'],
  [
    'No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.',
    'source-refused',
  ],
  ["fatal: unable to access '…': server certificate verification failed. CAfile: none", 'source-refused'],
  ["fatal: repository 'https://git.example.org/openssl.git/' not found", 'source-refused'],
  ["fatal: '/x' does not appear to be a git repository", 'source-refused'],
  ["fatal: detected dubious ownership in repository at '/x'", 'source-refused'],
  ["fatal: unable to access '…': The requested URL returned error: 301", 'source-refused'],
  ["fatal: transport 'ext' not allowed", 'config-invalid'],
  ["error: object 1234abcd: hasDotdot: contains '..'\nfatal: fsck error in packed object", 'tree-refused'],
  ['fatal: write error: No space left on device', 'disk-full'],
  ["fatal: Unable to create '/x/shallow.lock': File exists.", 'source-broken'],
  ['error: Server does not allow request for unadvertised object 1234', 'source-broken'],
  ['fatal: git upload-pack: not our ref 1234\nfatal: the remote end hung up unexpectedly', 'source-broken'],
  ['fatal: something never seen before', 'source-broken'],
])('%j is %s', (said, code) => {
  const failure = gitFailure(from, said);
  expect(failure).toMatchObject({ code, hint: expect.any(String) });
  expect(failure.message).toMatch(/^https:\/\/git\.example\.org\/openssl\.git: /);
});

test('a changed host key and an unknown one are told apart', () => {
  expect(gitFailure(from, 'REMOTE HOST IDENTIFICATION HAS CHANGED\nHost key verification failed.').hint).toContain(
    'Harbormaster never does',
  );
  expect(gitFailure(from, 'Host key verification failed.').hint).toContain('ssh-keyscan');
});

test('what a server says is cleaned, cut, and never a secret', () => {
  const credentials = { kind: 'token', username: 'bot', token: new Secret('s3cret/+') } as const;
  const encoded = Buffer.from('bot:s3cret/+').toString('base64');
  const said = `remote: \u001b[31ms3cret/+ ${encoded} s3cret%2F%2B https://bot:other@h/x\u202e\nfatal: s3cret/+ ${'x'.repeat(10_000)}`;
  const failure = gitFailure({ ...from, credentials }, said);
  const text = `${failure.message} ${failure.hint} ${String(failure.cause)}`;
  expect(text).not.toMatch(/s3cret|other/);
  expect(text).not.toContain(encoded);
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(failure.message.length).toBeLessThan(400);
});

test('a redirect is refused with where it leads, without credentials', () => {
  const failure = httpFailure(from, 301, 'https://u:p@final.example.org/app.git');
  expect(failure).toMatchObject({
    code: 'source-refused',
    message: expect.stringContaining('(https://final.example.org/app.git)'),
  });
});

test.each([
  [401, 'source-refused'],
  [403, 'source-refused'],
  [404, 'source-refused'],
  [429, 'source-unreachable'],
  [500, 'source-unreachable'],
  [503, 'source-unreachable'],
] as const)('a status of %d is %s', (status, code) => {
  expect(httpFailure(from, status).code).toBe(code);
});
