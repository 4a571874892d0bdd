import { expect, test } from 'vitest';
import { advance, emptyHistory } from '../../../src/core/history.ts';
import { commitStatusTargets } from '../../../src/edges/forges/targets.ts';
import { NotBefore, type Target } from '../../../src/edges/outbox/target.ts';
import { HarborError } from '../../../src/errors.ts';
import type { CommitStatusConfig } from '../../../src/model/config.ts';
import type { EntryBody } from '../../../src/model/entry.ts';
import type { Fact } from '../../../src/model/fact.ts';
import { Secret } from '../../../src/model/secret.ts';
import { failed, finished, refused, revision, stamped, started } from '../../core/entries.ts';
import { type Answer, receiver, type Seen } from '../notifiers/receiver.ts';

const sha = 'a'.repeat(40);
const older = 'b'.repeat(40);
const noon = new Date('2026-01-31T12:00:00.000Z');

const at = (commit = sha, url = 'https://git.example.org/team/shop.git') => ({
  revision: { ...revision(commit), repository: url },
  release: 'r'.repeat(64),
});

const config = (api: string, more: Partial<CommitStatusConfig> = {}): CommitStatusConfig => ({
  kind: 'github',
  web: 'https://git.example.org',
  api,
  token: new Secret('t0k3n'),
  gitHosts: [],
  repositories: [],
  apps: [],
  context: 'harbormaster',
  targetUrl: undefined,
  limit: 2_000,
  ...more,
});

const json =
  (code: number, body: object, headers = {}): Answer =>
  (response) =>
    void response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));

function facts(...bodies: readonly EntryBody[]): readonly Fact[] {
  let before = emptyHistory;
  return stamped(...bodies).map((entry) => {
    const fact = { before, after: advance(before, entry), entry };
    before = fact.after;
    return fact;
  });
}

function targetOf(forge: CommitStatusConfig): Target {
  const forges = [forge];
  const [target] = commitStatusTargets(() => forges, { now: () => noon })();
  if (!target) throw new Error('there is no target');
  return target;
}

/** Tells a target everything, as an outbox would. */
async function tell(target: Target, ...bodies: readonly EntryBody[]): Promise<void> {
  let open: readonly string[] = [];
  for (const fact of facts(...bodies)) {
    const message = target.select(fact, new Set(open));
    open = [...open.filter((one) => !message?.closes.includes(one)), ...(message?.opens ?? [])];
    await message?.send?.();
  }
}

const refusalOf = (forge: CommitStatusConfig): Promise<HarborError> =>
  tell(targetOf(forge), finished(at())).then(
    () => Promise.reject(new Error('it was taken')),
    (error: unknown) => {
      if (error instanceof HarborError) return error;
      throw error;
    },
  );

const bodyOf = ({ body }: Seen) => JSON.parse(body) as Record<string, string>;
const state = (seen: Seen): string | undefined => bodyOf(seen)['state'];

const window = refused(
  { kind: 'blocked', reasons: [{ code: 'window', reason: 'night', lift: 'harbormaster retry web' }] },
  at(),
);
const broken = finished({ ...at(), outcome: failed({ code: 'unhealthy', message: 'web is unhealthy' }) });

test('GitHub is asked in its own words', async () => {
  await using forge = await receiver(json(201, { id: 1, state: 'pending' }));
  const target = targetOf(config(forge.origin, { targetUrl: 'https://hm.example.com/{{app}}?c={{commit}}' }));
  await tell(target, window, started(at()), broken);
  expect(forge.seen[0]).toMatchObject({
    method: 'POST',
    path: `/repos/team/shop/statuses/${sha}`,
    headers: {
      authorization: 'Bearer t0k3n',
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'content-type': 'application/json',
      'user-agent': 'Harbormaster',
    },
  });
  expect(forge.seen.map(bodyOf)).toEqual([
    {
      state: 'pending',
      context: 'harbormaster/host1/web',
      description: 'waits: night',
      target_url: `https://hm.example.com/web?c=${sha}`,
    },
    expect.objectContaining({ state: 'pending', description: 'deploying release rrrrrrrrrrrr' }),
    expect.objectContaining({ state: 'failure', description: 'failed: web is unhealthy' }),
  ]);
});

test('GitLab is asked in its own words; what stands already as it should is no failure there', async () => {
  const stands = {
    message: 'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")',
  };
  await using forge = await receiver(json(201, { id: 1 }), json(400, stands), json(201, { id: 1 }), json(201, {}));
  const target = targetOf(config(forge.origin, { kind: 'gitlab' }));
  const where = at(sha, 'git@git.example.org:group/sub/shop.git');
  await tell(target, { ...window, ...where }, { ...window, ...where }, started(where), { ...broken, ...where });
  expect(forge.seen[0]).toMatchObject({
    path: `/projects/group%2Fsub%2Fshop/statuses/${sha}`,
    headers: { 'private-token': 't0k3n' },
  });
  expect(forge.seen.map(bodyOf)[0]).toEqual({
    state: 'pending',
    name: 'harbormaster/host1/web',
    description: 'waits: night',
    ref: 'main',
  });
  expect(forge.seen.map(state)).toEqual(['pending', 'pending', 'running', 'failed']);
});

test('Gitea and Forgejo are asked in their own words', async () => {
  await using forge = await receiver(json(201, { id: 1, status: 'success' }));
  for (const kind of ['gitea', 'forgejo'] as const)
    await tell(targetOf(config(forge.origin, { kind })), finished(at()));
  expect(forge.seen).toHaveLength(2);
  expect(forge.seen[1]).toMatchObject({
    path: `/repos/team/shop/statuses/${sha}`,
    headers: { authorization: 'token t0k3n' },
  });
  expect(forge.seen.map(state)).toEqual(['success', 'success']);
});

test.each([
  ['github', 'error'],
  ['gitlab', 'canceled'],
  ['gitea', 'warning'],
] as const)('on %s a commit that another one took the place of is shown as %s', async (kind, shown) => {
  await using forge = await receiver(json(201, {}));
  await tell(targetOf(config(forge.origin, { kind })), { ...window, ...at(older) }, started(at()));
  expect(forge.seen.map((seen) => [seen.path?.slice(-40), state(seen)])).toEqual([
    [older, 'pending'],
    [older, shown],
    [sha, kind === 'gitlab' ? 'running' : 'pending'],
  ]);
});

test('a commit that history no longer has keeps nobody from hearing of the new one', async () => {
  await using forge = await receiver(
    json(201, {}),
    json(422, { message: `No commit found for SHA: ${older}` }),
    json(201, {}),
  );
  await tell(targetOf(config(forge.origin)), { ...window, ...at(older) }, started(at()));
  expect(forge.seen.map(({ path }) => path?.slice(-40))).toEqual([older, older, sha]);
});

const inAMinute = String(noon.getTime() / 1000 + 60);

interface Refusal {
  readonly code: number;
  readonly said?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly told: 'notify-failed' | 'notify-refused';
  readonly wait?: number;
  readonly as: string;
}

test.each<Refusal>([
  { code: 401, said: 'Bad credentials', told: 'notify-failed', as: 'does not take the token (401: Bad credentials)' },
  {
    code: 403,
    said: 'Resource not accessible by personal access token',
    told: 'notify-refused',
    as: 'does not let the token set a status of team/shop',
  },
  {
    code: 403,
    said: 'You have exceeded a secondary rate limit.',
    headers: { 'Retry-After': '60' },
    told: 'notify-failed',
    wait: 60_000,
    as: 'is asked too often',
  },
  {
    code: 403,
    headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': inAMinute },
    told: 'notify-failed',
    wait: 60_000,
    as: 'is asked too often',
  },
  {
    code: 404,
    said: 'Not Found',
    told: 'notify-refused',
    as: 'knows no repository team/shop with the commit aaaaaaaaaa',
  },
  {
    code: 422,
    said: 'No commit found for SHA: a',
    told: 'notify-refused',
    as: 'does not take a status of aaaaaaaaaa in team/shop (422: No commit found for SHA: a)',
  },
  {
    code: 429,
    said: 'Retry later',
    headers: { 'Retry-After': '7' },
    told: 'notify-failed',
    wait: 7_000,
    as: 'is asked too often (429: Retry later)',
  },
  {
    code: 429,
    headers: { 'Retry-After': 'Sat, 31 Jan 2026 12:00:30 GMT' },
    told: 'notify-failed',
    wait: 30_000,
    as: 'is asked too often (429)',
  },
  {
    code: 429,
    headers: { 'RateLimit-Remaining': '0', 'RateLimit-Reset': inAMinute },
    told: 'notify-failed',
    wait: 60_000,
    as: 'is asked too often',
  },
  {
    code: 301,
    headers: { Location: 'https://elsewhere.example/' },
    told: 'notify-refused',
    as: 'says that team/shop is elsewhere',
  },
  {
    code: 503,
    headers: { 'Retry-After': '9' },
    told: 'notify-failed',
    wait: 9_000,
    as: 'does not answer as it should (503)',
  },
])('the answer $code $said $headers is told as $told', async ({ code, said, headers, told, wait, as }) => {
  await using forge = await receiver(json(code, said === undefined ? {} : { message: said }, headers));
  const error = await refusalOf(config(forge.origin));
  expect(error).toMatchObject({ code: told, message: expect.stringContaining(as) });
  expect(error.cause instanceof NotBefore ? error.cause.wait : undefined).toBe(wait);
  expect(`${error.message} ${error.hint}`).not.toContain('t0k3n');
  expect(forge.seen).toHaveLength(1);
});

test('one that hangs, and one that is not there, are told as such within the limit', async () => {
  await using forge = await receiver(() => undefined);
  expect(await refusalOf(config(forge.origin, { limit: 100 }))).toMatchObject({
    code: 'notify-failed',
    message: expect.stringContaining('did not answer in time'),
  });
  expect(await refusalOf(config('http://127.0.0.1:1'))).toMatchObject({ code: 'notify-failed' });
});

test('only repositories of the forge, of the list and of the apps are told of, and a long reason is cut', async () => {
  await using forge = await receiver(json(201, {}));
  const target = targetOf(config(forge.origin, { repositories: ['team/*'], apps: ['web', 'db-*'] }));
  await tell(
    target,
    finished(at(sha, 'https://elsewhere.example/team/shop.git')),
    finished(at(sha, 'https://git.example.org/other/shop.git')),
    finished({ ...at(), app: 'wiki' }),
    finished({ ...at(), app: 'db-1', outcome: failed({ message: 'ä'.repeat(200) }) }),
  );
  expect(forge.seen.map(bodyOf)).toMatchObject([{ context: 'harbormaster/host1/db-1' }]);
  expect([...(bodyOf(forge.seen[0] as Seen)['description'] ?? '')]).toHaveLength(140);
});

test('the token does not make it another target, what it is for does', () => {
  const forges = [config('https://a.example'), config('https://a.example', { token: new Secret('other') })];
  const targets = commitStatusTargets(() => forges, { now: () => noon });
  const [one, two] = targets();
  expect(targets()).toBe(targets());
  expect(one?.key).toMatch(/^commits-git-example-org-[0-9a-f]{8}$/);
  expect(two?.key).toBe(`${one?.key}-2`);
  const narrow = targetOf(config('https://a.example', { repositories: ['team/*'] }));
  expect(narrow.key).not.toBe(one?.key);
  expect(narrow.like).toBe(one?.like);
});
