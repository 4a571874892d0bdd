import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { keyIn } from '../../../src/edges/deployment-log/read-log.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { authorityFiles } from '../../../src/edges/git/authorities.ts';
import { inheritedFrom } from '../../../src/edges/git/environment.ts';
import { isRace, openBranch } from '../../../src/edges/witness/branch.ts';
import { fastImport, folderOf, lastSent } from '../../../src/edges/witness/layout.ts';
import { holdingsOf } from '../../../src/edges/witness/view.ts';
import { createWitness } from '../../../src/edges/witness/watch.ts';
import type { Credentials, Repository } from '../../../src/model/app.ts';
import type { WitnessConfig } from '../../../src/model/config.ts';
import type { EntryBody } from '../../../src/model/entry.ts';
import type { WitnessStatus } from '../../../src/model/report.ts';
import { Secret } from '../../../src/model/secret.ts';
import { finished, started } from '../../core/entries.ts';
import { ManualClock, silentLogger } from '../../support/fakes.ts';
import { gitHttpServer } from '../../support/git-http-server.ts';
import { type GitRig, gitRig } from '../../support/git-rig.ts';
import { hasSshd, sshServer } from '../../support/ssh-server.ts';
import { signedRig } from '../deployment-log/rig.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const run = promisify(execFile);

const repositoryAt = (url: string, credentials: Credentials = { kind: 'none' }): Repository => ({
  id: 'witness',
  url,
  credentials,
  certificateAuthority: undefined,
});

/** A host with a log of its own, and what tells a witness of it. */
async function host(name: string, repository: Repository, more: Partial<WitnessConfig> = {}) {
  const rig = await signedRig({ checkpointEntries: 1 });
  const folder = await temporaryFolder();
  const clock = new ManualClock();
  const remembered: WitnessStatus[] = [];
  const config: WitnessConfig = { repository, branch: 'record', entries: 'none', ...more };
  let log = await rig.open();
  const context = {
    base: inheritedFrom(process.env),
    runDir: folder.path,
    authorities: authorityFiles(folder.path),
    timeouts: { look: 10_000, fetch: 20_000, local: 20_000, idle: 1000 },
  };
  const make = () =>
    createWitness({
      log: {
        checkpoint: () => log.checkpoint(),
        state: () => log.state(),
        append: (body: EntryBody) => log.append(body),
      },
      directory: rig.directory,
      host: () => name,
      instance: 'i1',
      config: () => config,
      branch: ({ repository: at, branch }) =>
        openBranch({ repository: at, branch, folder: join(folder.path, 'witness.git') }, context),
      clock,
      logger: silentLogger,
      random: Math.random,
      remember: async (status) => void remembered.push(status),
    });
  return {
    ...rig,
    clock,
    context,
    remembered,
    witness: make(),
    /** As after a restart. */
    again: make,
    log: () => log,
    async reopen(change: () => Promise<void>) {
      await log[Symbol.asyncDispose]();
      await change();
      log = await rig.open();
    },
    async deploy(release = 'r1') {
      const { seq } = await log.append(started({ release }));
      await log.append(finished({ intent: seq, release }));
    },
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function witnessRig(): Promise<GitRig> {
  const rig = await gitRig('witness');
  await rig.git(['config', 'http.receivepack', 'true']);
  await rig.git(['config', 'receive.denyNonFastForwards', 'true']);
  await rig.git(['config', 'uploadpack.allowFilter', 'true']);
  return rig;
}

const commits = async (rig: GitRig): Promise<number> => Number(await rig.git(['rev-list', '--count', 'record']));

describe.each(['http', 'ssh', 'http that knows no filters'])('a witness over %s', (how) => {
  const over = async (use: (rig: GitRig, repository: Repository) => Promise<void>): Promise<void> => {
    await using rig = await witnessRig();
    if (how === 'http that knows no filters') await rig.git(['config', 'uploadpack.allowFilter', 'false']);
    if (how === 'ssh') {
      await using server = await sshServer();
      const { key, knownHosts } = server;
      return await use(rig, repositoryAt(server.url(rig.path), { kind: 'ssh', key, knownHosts }));
    }
    const token = { username: 'host', token: 'a-secret-token' };
    await using server = await gitHttpServer({ credentials: token });
    await use(
      rig,
      repositoryAt(server.serve(rig), { kind: 'token', username: 'host', token: new Secret('a-secret-token') }),
    );
  };

  test.runIf(how !== 'ssh' || hasSshd)('is told of each checkpoint, and holds what proves the log', async () => {
    await over(async (rig, repository) => {
      await using one = await host('web-1', repository);
      await one.deploy();
      await one.witness.beat();
      expect(one.witness.status()).toMatchObject({ state: 'current', witnessed: 4 });
      expect(await commits(rig)).toBe(1);
      await one.witness.beat();
      expect(await commits(rig)).toBe(1);
      await one.deploy('r2');
      await one.witness.beat();
      // Restarted, it knows from the branch how far it is.
      const again = one.again();
      await again.beat();
      expect(again.status()).toMatchObject({ state: 'current', witnessed: 6 });
      expect(await commits(rig)).toBe(2);
      expect(await rig.git(['ls-tree', '-r', '--name-only', 'record'])).toBe('web-1/i1/checkpoint\nweb-1/i1/key');
      expect(await rig.git(['show', 'record:web-1/i1/key'])).toBe(await keyIn(one.directory));
      const holdings = await holdingsOf({ repository, branch: 'record', instance: 'i1' }, one.context);
      expect(holdings).toMatchObject({ checkpoints: [expect.any(String), one.log().checkpoint()], others: [] });
      const report = await verify(one.directory, {
        witness: { url: repository.url, checkpoints: holdings.checkpoints },
      });
      expect(report).toMatchObject({ ok: true, witness: { count: 2, covered: 6 } });
    });
  });
});

describe('a witness', () => {
  test('is told of every entry, if that is wanted, byte for byte and once', async () => {
    await using rig = await witnessRig();
    await using one = await host('web-1', repositoryAt(rig.path), { entries: 'all' });
    for (const release of ['r1', 'r2', 'r3']) {
      await one.deploy(release);
      await one.witness.beat();
    }
    const names = (await rig.git(['ls-tree', '-r', '--name-only', 'record', 'web-1/i1/entries'])).split('\n');
    expect(names.map((name) => name.replace('web-1/i1/entries/', ''))).toEqual([
      '000000000001/000000000001-000000000004.jsonl',
      '000000000001/000000000005-000000000006.jsonl',
      '000000000001/000000000007-000000000008.jsonl',
    ]);
    const parts = await Promise.all(names.map((name) => rig.git(['show', `record:${name}`])));
    expect(`${parts.join('\n')}\n`).toBe(await readFile(join(one.directory, '000000000001.jsonl'), 'utf8'));
  });

  test('that is to have every entry vouches for none until it has them all', async () => {
    await using rig = await witnessRig();
    await using a = await host('prod-1', repositoryAt(rig.path), { entries: 'all' });
    const steps = Array.from(
      { length: 2_000 },
      () => ({ kind: 'pull', services: ['x'.repeat(60)], image: 'y' }) as const,
    );
    for (let count = 0; count < 28; count += 1) {
      const { seq } = await a.log().append(started({ steps }));
      await a.log().append(finished({ intent: seq }));
    }
    await a.witness.beat();
    expect(a.witness.status()?.state).toBe('current');
    expect(a.witness.vouched()).toBeUndefined();
    await a.witness.beat();
    expect(a.witness.vouched()?.last).toBe(a.witness.status()?.witnessed);
  });

  test('takes many hosts on one branch at the same time, each in a folder of its own', async () => {
    await using rig = await witnessRig();
    const names = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'];
    const hosts = await Promise.all(names.map((name) => host(name, repositoryAt(rig.path))));
    for (const release of ['r1', 'r2']) {
      await Promise.all(hosts.map((each) => each.deploy(release)));
      await Promise.all(hosts.map((each) => each.witness.beat()));
    }
    expect(hosts.map(({ witness }) => witness.status()?.state)).toEqual(names.map(() => 'current'));
    expect(await commits(rig)).toBe(10);
    for (const [at, name] of names.entries())
      expect(await rig.git(['show', `record:${name}/i1/checkpoint`])).toBe(hosts[at]?.log().checkpoint()?.trimEnd());
    for (const each of hosts) await each[Symbol.asyncDispose]();
  });

  test('that does not answer is tried again, slower and slower, and told of everything then', async () => {
    await using rig = await witnessRig();
    await using server = await gitHttpServer();
    await using one = await host('web-1', repositoryAt(server.serve(rig)));
    server.behave(500);
    await one.deploy();
    await one.witness.beat();
    const first = one.witness.status();
    expect(first).toMatchObject({ state: 'behind', witnessed: 0 });
    const asked = server.requests.length;
    await one.witness.beat();
    expect(server.requests.length).toBe(asked);
    one.clock.advance(10_000);
    await one.witness.beat();
    expect(server.requests.length).toBeGreaterThan(asked);
    expect(one.witness.status()).toMatchObject({
      state: 'behind',
      since: first?.state === 'behind' ? first.since : '',
    });
    server.behave('normal');
    one.clock.advance(60_000);
    await one.deploy('r2');
    await one.witness.beat();
    expect(one.witness.status()).toMatchObject({ state: 'current', witnessed: 6 });
    expect(one.remembered.at(-1)).toEqual(one.witness.status());
  });

  test('says that it may not push, and how that is mended', async () => {
    await using rig = await witnessRig();
    await rig.git(['config', 'http.receivepack', 'false']);
    await using server = await gitHttpServer();
    await using one = await host('web-1', repositoryAt(server.serve(rig)));
    await one.deploy();
    await one.witness.beat();
    expect(one.witness.status()).toMatchObject({
      state: 'behind',
      message: expect.stringContaining('does not take what we push') as string,
    });
  });

  test('never loses what others pushed, and nothing is forced', async () => {
    await using rig = await witnessRig();
    await using one = await host('web-1', repositoryAt(rig.path));
    await one.deploy();
    await one.witness.beat();
    await rig.commit({ 'README.md': 'kept' }, 'somebody else', 'record');
    await one.deploy('r2');
    await one.witness.beat();
    expect(await rig.git(['show', 'record:README.md'])).toBe('kept');
    expect(await commits(rig)).toBe(3);
  });
});

describe('a log that contradicts its witness', () => {
  const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n').slice(0, -1);

  /** As root does it, who has the key: another history, in order and signed. */
  async function rewritten(rig: GitRig) {
    const one = await host('web-1', repositoryAt(rig.path));
    await one.deploy('bad');
    await one.deploy('worse');
    await one.witness.beat();
    await one.reopen(async () => {
      for (const name of await readdir(one.directory)) await run('rm', [join(one.directory, name)]);
    });
    for (const release of ['good', 'better', 'best']) await one.deploy(release);
    return one;
  }

  test('rings the alarm once, in the log and in the status, and tells the witness nothing more', async () => {
    await using rig = await witnessRig();
    await using one = await rewritten(rig);
    const publicKey = await keyIn(one.directory);
    const witness = one.again();
    await witness.beat();
    expect(witness.status()).toMatchObject({ state: 'contradicted', size: 6 });
    one.clock.advance(1e9);
    await one.deploy('even better');
    await witness.beat();
    const alarms = (await one.log().entries()).filter(({ kind }) => kind === 'contradicted');
    expect(alarms).toMatchObject([{ size: 6, theirs: expect.any(String) as string }]);
    expect(await commits(rig)).toBe(1);
    // The files alone are in order; with the witness they are not.
    expect(await verify(one.directory, { publicKey })).toMatchObject({ ok: true });
    const { checkpoints } = await holdingsOf(
      { repository: repositoryAt(rig.path), branch: 'record', instance: 'i1' },
      one.context,
    );
    const report = await verify(one.directory, { publicKey, witness: { url: 'w', checkpoints } });
    expect(report.problem).toMatchObject({ what: expect.stringContaining('entries were written anew') as string });
  });

  test('is found also when the witness was told of the new history', async () => {
    await using rig = await witnessRig();
    await using one = await rewritten(rig);
    const note = one.log().checkpoint() ?? '';
    await rig.commit({ 'web-1/i1/checkpoint': note }, 'web-1: 8 entries', 'record');
    const { checkpoints } = await holdingsOf(
      { repository: repositoryAt(rig.path), branch: 'record', instance: 'i1' },
      one.context,
    );
    expect(checkpoints.length).toBe(2);
    const report = await verify(one.directory, { witness: { url: 'w', checkpoints } });
    expect(report.problem?.what).toContain('entries were written anew');
  });

  test('that is shorter than its witness knows was cut', async () => {
    await using rig = await witnessRig();
    await using one = await host('web-1', repositoryAt(rig.path));
    await one.deploy();
    await one.deploy('r2');
    await one.witness.beat();
    const path = join(one.directory, '000000000001.jsonl');
    await one.reopen(async () => {
      const lines = await linesOf(path);
      await writeFile(path, `${lines.slice(0, 4).join('\n')}\n`);
      await run('rm', [path.replace('.jsonl', '.checkpoint')]);
    });
    const { checkpoints } = await holdingsOf(
      { repository: repositoryAt(rig.path), branch: 'record', instance: 'i1' },
      one.context,
    );
    const report = await verify(one.directory, { witness: { url: 'w', checkpoints } });
    expect(report.problem?.what).toContain('the log ends with entry 4: its end was cut off');
    await one.log().append(started({ app: 'x' }));
    const witness = one.again();
    await witness.beat();
    expect(witness.status()).toMatchObject({ state: 'contradicted', size: 6 });
  });
});

describe('the words of git', () => {
  test.each([
    ['! [rejected]        a -> b (fetch first)', true],
    ["! [remote rejected] a -> b (cannot lock ref 'refs/heads/b': is at 1 but expected 2)", true],
    ['! [remote rejected] a -> b (pre-receive hook declined)', false],
    ['fatal: unable to access', false],
  ])('%s: somebody was faster: %s', (stderr, race) => {
    expect(isRace(stderr)).toBe(race);
  });
});

test('a host’s name cannot leave its folder', () => {
  expect(folderOf({ host: '../../x', instance: 'i1' })).toBe('x/i1');
  expect(folderOf({ host: '.git', instance: 'i1' })).toBe('git/i1');
  expect(folderOf({ host: '', instance: 'i1' })).toBe('host/i1');
});

test('what was sent last is read from the names of the files', () => {
  expect(lastSent([])).toBe(0);
  expect(lastSent(['h/i/entries/000000000001/000000000001-000000000009.jsonl', 'h/i/entries/x'])).toBe(9);
});

test('a commit is the folder’s files upon whatever else is there', () => {
  const commit = {
    parent: 'c0ffee',
    ref: 'refs/x',
    host: 'web-1',
    message: 'm',
    at: 7,
    files: [{ path: 'a', content: Buffer.from('ü\n') }],
  };
  expect(fastImport(commit).toString()).toBe(
    'commit refs/x\ncommitter Harbormaster <harbormaster@web-1> 7 +0000\ndata 2\nm\n\nfrom c0ffee\nM 100644 inline a\ndata 3\nü\n\n',
  );
});
