import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Entry } from '../../src/model/entry.ts';
import type { GitRig } from '../support/git-rig.ts';
import { type SigningKey, type SigningRig, signedCommit, signedTag, signingRig } from '../support/signing-rig.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let keys: SigningRig;
let ada: SigningKey;
let eve: SigningKey;
let image: string;

beforeAll(async () => {
  host = await world();
  keys = await signingRig();
  ada = await keys.key('ada');
  eve = await keys.key('eve');
  await keys.allow(ada.line('ada@example.org'));
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await keys[Symbol.asyncDispose]();
});

const compose = (version: string) => ({
  'compose.yaml': stringify({
    services: { web: { image, ...light, environment: { VERSION: version } } },
  }),
});
const verify = (more: object = {}) => ({ allowed_signers: keys.allowedSigners, ...more });
const entriesOf = async (app: string): Promise<readonly Entry[]> =>
  (await host.log()).filter((entry) => 'app' in entry && entry.app === host.named(app));
const sourceOf = async (app: string) => {
  const { stdout } = await host.run('status', '--json', host.named(app));
  const { apps } = JSON.parse(stdout) as { apps: { source: { state: string; detail: string } }[] };
  return apps[0]?.source;
};

test('a commit of a known key is deployed and its signer is in the log; others are refused, and the app is healed meanwhile', async () => {
  const repository = await host.repository('signed');
  await signedCommit(repository, ada, compose('one'));
  await host.configure({ signed: { url: repository.url, verify: verify() } });
  expect(await host.apply('signed')).toEqual({ signed: { kind: 'applied' } });
  const signer = { principal: 'ada@example.org', keyType: 'ED25519', fingerprint: ada.fingerprint };
  const entries = await entriesOf('signed');
  expect(entries).toMatchObject([
    { kind: 'started', revision: { signer } },
    { kind: 'finished', revision: { signer } },
  ]);
  const words = `ada@example.org with the ED25519 key ${ada.fingerprint}`;
  // Long lines are broken.
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
  expect(flat((await host.run('log', 'show', String(entries[1]?.seq))).stdout)).toContain(`signed by ${words}`);
  expect(flat((await host.run('history', host.named('signed'))).stdout)).toContain(`signed by ${words}`);

  const unsigned = await repository.commit(compose('unsigned'));
  expect(await host.apply('signed')).toMatchObject({
    signed: {
      kind: 'failed',
      code: 'source-unverified',
      message: `commit ${unsigned} by Ada Author <ada@example.org> has no signature`,
    },
  });
  const foreign = await signedCommit(repository, eve, compose('of a stranger'));
  const refused = await host.apply('signed');
  expect(refused).toMatchObject({ signed: { code: 'source-unverified' } });
  expect(JSON.stringify(refused)).toContain(
    `${foreign} by Ada Author <ada@example.org> is signed with the ED25519 key ${eve.fingerprint}`,
  );
  expect(await sourceOf('signed')).toMatchObject({
    state: 'unverified',
    detail: expect.stringContaining(eve.fingerprint),
  });
  const written = (await host.log()).length;

  await host.engine.kill((await host.ids('signed'))['web'] ?? '');
  expect(await host.apply('signed')).toMatchObject({ signed: { code: 'source-unverified' } });
  expect((await host.containers('signed')).map(({ state }) => state)).toEqual(['running']);
  expect(await host.version('signed')).toBe('one');
  expect((await host.log()).slice(written)).toMatchObject([
    { kind: 'started', purpose: 'heal' },
    { kind: 'finished', outcome: { kind: 'applied' } },
  ]);

  await keys.allow(ada.line('ada@example.org'), eve.line('eve@example.org'));
  expect(await host.apply('signed')).toEqual({ signed: { kind: 'applied' } });
  expect(await host.version('signed')).toBe('of a stranger');
  await keys.allow(ada.line('ada@example.org'));
});

test('a running daemon follows no key whose line was taken out, and does again when it is back', async () => {
  await keys.allow(ada.line('ada@example.org'), eve.line('eve@example.org'));
  const repository = await host.repository('rotated');
  await signedCommit(repository, eve, compose('one'));
  await host.configure({ rotated: { url: repository.url, verify: verify() } });
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await entriesOf('rotated')).at(-1)).toMatchObject({ kind: 'finished' }));
  // What is deployed was judged once more since: from now on nothing but the list can make it another judgement.
  const looks = host.git.requests.length;
  await eventually(() => expect(host.git.requests.length).toBeGreaterThan(looks + 2));
  const before = await host.lives('rotated');
  await keys.allow(ada.line('ada@example.org'));
  // The list is in force as soon as what is deployed is judged by it.
  await eventually(async () => expect(await sourceOf('rotated')).toMatchObject({ state: 'unverified' }));
  const second = await signedCommit(repository, eve, compose('two'));
  await eventually(async () => expect((await sourceOf('rotated'))?.detail).toContain(second));
  expect(await host.lives('rotated')).toEqual(before);
  await signedCommit(repository, ada, compose('three'));
  await eventually(async () => expect(await host.version('rotated')).toBe('three'));
});

test('a range refuses an unsigned commit under a signed head', async () => {
  const repository = await host.repository('range');
  await signedCommit(repository, ada, compose('one'));
  const configure = (mode: string) => host.configure({ range: { url: repository.url, verify: verify({ mode }) } });
  await configure('range');
  expect(await host.apply('range')).toEqual({ range: { kind: 'applied' } });
  const hidden = await repository.commit(compose('hidden'));
  await signedCommit(repository, ada, compose('two'));
  expect(await host.apply('range')).toMatchObject({
    range: { kind: 'failed', code: 'source-unverified', message: expect.stringContaining(`commit ${hidden}`) },
  });
  expect(await host.version('range')).toBe('one');
  await configure('head');
  expect(await host.apply('range')).toEqual({ range: { kind: 'applied' } });
  expect(await host.version('range')).toBe('two');
});

test('a branch that was wound back is refused, with both commits named, until a person accepts it', async () => {
  const repository = await host.repository('rewound');
  const first = await signedCommit(repository, ada, compose('one'));
  const second = await signedCommit(repository, ada, compose('two'));
  await host.configure({ rewound: { url: repository.url, verify: verify() } });
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await entriesOf('rewound')).at(-1)).toMatchObject({ kind: 'finished' }));
  expect(await host.version('rewound')).toBe('two');
  const before = await host.lives('rewound');
  await repository.git(['update-ref', 'refs/heads/main', first]);
  const refused = await eventually(async () => {
    const last = (await entriesOf('rewound')).at(-1);
    expect(last).toMatchObject({ kind: 'refused', outcome: { kind: 'failed', code: 'history-rewritten' } });
    return JSON.stringify(last);
  });
  expect(refused).toContain(`commit ${first} of main does not come after commit ${second}`);
  expect(await host.lives('rewound')).toEqual(before);
  const command = ['accept-history', host.named('rewound')];
  expect((await host.run('status')).stdout.replaceAll(/\s+/g, ' ')).toContain(command.join(' '));
  expect((await host.run(...command)).code).toBe(4);
  const accepted = await host.run(...command, '--reason', 'two was a mistake');
  expect([accepted.code, accepted.stderr]).toEqual([0, '']);
  await eventually(async () => expect(await host.version('rewound')).toBe('one'));
  expect(await entriesOf('rewound')).toContainEqual(
    expect.objectContaining({ kind: 'history-accepted', from: second, to: first, reason: 'two was a mistake' }),
  );
  await signedCommit(repository, ada, compose('three'));
  await eventually(async () => expect(await host.version('rewound')).toBe('three'));
});

test('^1.4 follows 1.4.1 and 1.5.0, no 2.0.0 and no pre-release; a deleted tag takes nothing back', async () => {
  const repository = await host.repository('ranged');
  const tagged = async (tag: string) => {
    const commit = await repository.commit(compose(tag));
    await repository.tag(tag, { annotated: true });
    return commit;
  };
  const older = await tagged('v1.4.1');
  await host.configure({ ranged: { url: repository.url, tag: '^1.4', branch: undefined } });
  expect(await host.apply('ranged')).toEqual({ ranged: { kind: 'applied' } });
  expect(await host.version('ranged')).toBe('v1.4.1');
  for (const tag of ['1.5.0', 'v2.0.0', 'v1.6.0-rc.1']) await tagged(tag);
  expect(await host.apply('ranged')).toEqual({ ranged: { kind: 'applied' } });
  expect(await host.version('ranged')).toBe('1.5.0');
  expect((await entriesOf('ranged')).at(-1)).toMatchObject({ kind: 'finished', revision: { ref: '1.5.0' } });
  const before = await host.lives('ranged');
  await deleteTag(repository, '1.5.0');
  expect(await host.apply('ranged')).toMatchObject({
    ranged: {
      kind: 'failed',
      code: 'history-rewritten',
      message: expect.stringContaining(`v1.4.1 (commit ${older}), but 1.5.0`),
    },
  });
  expect(await host.lives('ranged')).toEqual(before);
  expect((await host.run('accept-history', host.named('ranged'), '--reason', '1.5.0 was withdrawn')).code).toBe(0);
  expect(await host.apply('ranged')).toEqual({ ranged: { kind: 'applied' } });
  expect(await host.version('ranged')).toBe('v1.4.1');
});

test('a signed tag is deployed, also by a range; one that a stranger signed is not', async () => {
  const repository = await host.repository('tagged');
  await repository.commit(compose('v1.0.0'));
  await signedTag(repository, ada, 'v1.0.0');
  await host.configure({
    tagged: { url: repository.url, tag: '^1.0', branch: undefined, verify: verify({ mode: 'tag' }) },
  });
  expect(await host.apply('tagged')).toEqual({ tagged: { kind: 'applied' } });
  await repository.commit(compose('v1.1.0'));
  await signedTag(repository, eve, 'v1.1.0');
  expect(await host.apply('tagged')).toMatchObject({
    tagged: { code: 'source-unverified', message: expect.stringMatching(/^tag "v1\.1\.0" /) },
  });
  expect(await host.version('tagged')).toBe('v1.0.0');
});

const deleteTag = (repository: GitRig, tag: string): Promise<string> =>
  repository.git(['update-ref', '-d', `refs/tags/${tag}`]);
