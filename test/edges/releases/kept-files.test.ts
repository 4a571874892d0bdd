import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { liveFiles } from '../../../src/edges/live/live-files.ts';
import { HarborError } from '../../../src/errors.ts';
import type { MountedPath } from '../../../src/model/release.ts';
import { type GitRig, gitRig } from '../../support/git-rig.ts';
import { app, repository, testSource } from '../git/fixture.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { release, storeRig } from './rig.ts';

/** A fill that writes these files, and counts how often it was asked. */
function filling(content: Readonly<Record<string, string>>) {
  const folders: string[] = [];
  const fill = async (folder: string): Promise<void> => {
    folders.push(folder);
    for (const [path, text] of Object.entries(content)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  };
  return { fill, folders };
}

const never = async (): Promise<void> => {
  throw new Error('asked for files that are kept already');
};

/** Everything in a folder: content and mode by path, targets of links, and folders. */
async function contentOf(folder: string, below = ''): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    const mode = ((await lstat(join(folder, path))).mode & 0o777).toString(8);
    if (entry.isSymbolicLink()) found[path] = `-> ${await readlink(join(folder, path))}`;
    else found[path] = entry.isDirectory() ? `folder ${mode}` : `${mode} ${await readFile(join(folder, path), 'utf8')}`;
    if (entry.isDirectory()) Object.assign(found, await contentOf(folder, path));
  }
  return found;
}

test('files are gathered out of sight, in an empty folder of their owner alone, and kept beside the release', async () => {
  await using rig = await storeRig();
  const { file } = await rig.store.save(release('r1'));
  let seen: unknown;
  const kept = await rig.store.files(release('r1'), async (folder) => {
    seen = {
      content: await readdir(folder),
      mode: (await stat(folder)).mode & 0o777,
      hidden: folder.startsWith(join(rig.releases, '.')),
      release: (await readdir(dirname(file))).sort(),
      listed: await rig.open().list('web'),
    };
    await writeFile(join(folder, 'conf'), 'a=1');
  });
  const names = ['compose.json', 'environment.json', 'release.json'];
  expect(seen).toEqual({ content: [], mode: 0o700, hidden: true, release: names, listed: ['r1'] });
  expect(kept).toBe(join(dirname(file), 'files'));
  expect(await contentOf(kept)).toEqual({ conf: '644 a=1' });
  expect(await readdir(rig.releases)).toEqual(['r1']);
});

test('files that are kept are not asked for again, not even when there are none', async () => {
  await using rig = await storeRig();
  for (const [digest, content] of Object.entries({ r1: { conf: 'a' }, r2: {} })) {
    await rig.store.save(release(digest));
    const kept = await rig.store.files(release(digest), filling(content).fill);
    expect(await rig.open().files(release(digest), never)).toBe(kept);
  }
});

test('nothing is kept when filling fails, and the next call begins anew', async () => {
  await using rig = await storeRig();
  const { file } = await rig.store.save(release('r1'));
  const failure = new HarborError('the mirror is gone', { code: 'source-unreachable' });
  const half = rig.store.files(release('r1'), async (folder) => {
    await filling({ half: 'x' }).fill(folder);
    throw failure;
  });
  await expect(half).rejects.toBe(failure);
  expect(await readdir(rig.releases)).toEqual(['r1']);
  expect(await readdir(dirname(file))).not.toContain('files');
  expect(await contentOf(await rig.store.files(release('r1'), filling({ whole: 'y' }).fill))).toEqual({
    whole: '644 y',
  });
});

test('what a crash left half-made is neither taken for files nor for a release, and goes with the next pruning', async () => {
  await using rig = await storeRig();
  await rig.store.save(release('r1'));
  let left = '';
  let crash: (() => void) | undefined;
  const crashed = new Promise<void>((resolve) => {
    crash = resolve;
  });
  // Never ends, as far as the rest of the world can see.
  void rig.store.files(release('r1'), async (folder) => {
    left = folder;
    await filling({ half: 'x' }).fill(folder);
    crash?.();
    await new Promise(() => undefined);
  });
  await crashed;
  const again = rig.open();
  expect(await again.list('web')).toEqual(['r1']);
  expect(await contentOf(await again.files(release('r1'), filling({ whole: 'y' }).fill))).toEqual({ whole: '644 y' });
  expect((await readdir(rig.releases)).map((name) => join(rig.releases, name))).toContain(left);
  await again.prune('web', 1, []);
  expect(await readdir(rig.releases)).toEqual(['r1']);
  expect(await again.files(release('r1'), never)).toBe(join(rig.releases, 'r1', 'files'));
});

test('two calls at once end with the same whole files', async () => {
  await using rig = await storeRig();
  await rig.store.save(release('r1'));
  let atWork = 0;
  let both: (() => void) | undefined;
  const together = new Promise<void>((resolve) => {
    both = resolve;
  });
  const fill = async (folder: string): Promise<void> => {
    atWork += 1;
    if (atWork === 2) both?.();
    await together;
    await filling({ 'a/b': 'x', c: 'y' }).fill(folder);
  };
  const [one, other] = await Promise.all([rig.store.files(release('r1'), fill), rig.open().files(release('r1'), fill)]);
  expect(one).toBe(other);
  expect(await contentOf(one)).toEqual({ a: 'folder 755', 'a/b': '644 x', c: '644 y' });
  expect(await readdir(rig.releases)).toEqual(['r1']);
});

describe('a release that is saved again', () => {
  test('keeps its files, and loses them when its mounted paths are others', async () => {
    await using rig = await storeRig();
    await rig.store.save(release('r1'));
    const kept = await rig.store.files(release('r1'), filling({ conf: 'a' }).fill);
    await rig.store.save(release('r1', { warnings: ['new'] }));
    expect(await rig.store.files(release('r1'), never)).toBe(kept);
    const moved = release('r1', { mounts: [{ path: 'conf', object: { id: 'def', type: 'tree' } }] });
    await rig.store.save(moved);
    expect(await contentOf(await rig.store.files(moved, filling({ conf: 'b' }).fill))).toEqual({ conf: '644 b' });
    expect(await readdir(rig.releases)).toEqual(['r1']);
  });

  test('over a damaged one inherits nothing', async () => {
    await using rig = await storeRig();
    const { file } = await rig.store.save(release('r1'));
    await rig.store.files(release('r1'), filling({ conf: 'old' }).fill);
    await writeFile(join(dirname(file), 'release.json'), '{');
    await expect(rig.store.files(release('r1'), never)).rejects.toMatchObject({ code: 'bug' });
    await rig.store.save(release('r1'));
    expect(await contentOf(await rig.store.files(release('r1'), filling({ conf: 'new' }).fill))).toEqual({
      conf: '644 new',
    });
  });
});

test('files go with their release', async () => {
  await using rig = await storeRig();
  for (const digest of ['r1', 'r2']) {
    await rig.store.save(release(digest));
    await rig.store.files(release(digest), filling({ 'deep/er/conf': digest }).fill);
  }
  expect(await rig.store.prune('web', 1, [])).toEqual([release('r1')]);
  expect(await readdir(rig.releases)).toEqual(['r2']);
  expect(await rig.store.files(release('r2'), never)).toBe(join(rig.releases, 'r2', 'files'));
});

test('a release that was not saved has no place for files', async () => {
  await using rig = await storeRig();
  await expect(rig.store.files(release('r1'), never)).rejects.toMatchObject({
    code: 'bug',
    message: 'the files of a release of web cannot be kept: the release itself is not',
  });
});

const root = process.getuid?.() === 0;
test.runIf(root)('a full disk and one that cannot be written are told as such, and leave nothing behind', async () => {
  await using rig = await storeRig();
  const home = dirname(rig.releases);
  await mkdir(home, { recursive: true });
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', home]);
  try {
    await rig.store.save(release('r1'));
    const { fill } = filling({ small: 'x', big: 'x'.repeat(100_000) });
    await expect(rig.store.files(release('r1'), fill)).rejects.toMatchObject({
      code: 'disk-full',
      message: 'cannot keep the files of a release of web: the disk is full',
    });
    expect(await readdir(rig.releases)).toEqual(['r1']);
    execFileSync('/bin/mount', ['-o', 'remount,ro', home]);
    await expect(rig.store.files(release('r1'), fill)).rejects.toMatchObject({ code: 'state-unwritable' });
    execFileSync('/bin/mount', ['-o', 'remount,rw,size=1m', home]);
    expect(Object.keys(await contentOf(await rig.store.files(release('r1'), fill)))).toEqual(['big', 'small']);
  } finally {
    execFileSync('/bin/umount', ['-l', home]);
  }
});

describe('live/ is the same from kept files as from a fresh export', () => {
  const link = (content: string) => ({ mode: '120000', content });
  const declared = {
    'compose.yml': 'services: {}\n',
    'apps/web/conf/site.conf': 'listen 80\n',
    'apps/web/conf/deep/er/more.conf': 'x\n',
    'apps/web/conf/bin/run': { mode: '100755', content: '#!/bin/sh\n' },
    'apps/web/conf/current': link('deep/er'),
    'apps/web/conf/shared': link('../../../shared/common.conf'),
    'apps/web/env': link('../../shared/env'),
    'shared/common.conf': 'y\n',
    'shared/env': 'A=1\n',
    'shared/tool': { mode: '100755', content: 'z\n' },
    'not/mounted': 'n\n',
  };
  const paths = ['apps/web/conf', 'apps/web/env', 'shared/tool'];

  /** What the mounted paths become in `live/`, from a folder that is given them. */
  async function liveFrom(exported: string, digest: string, mounts: readonly MountedPath[]) {
    await using folder = await temporaryFolder();
    const live = liveFiles({ directory: folder.path });
    const wanted = release(digest, { mounts });
    await live.write('web', wanted, exported);
    expect(await live.holds('web')).toBe(digest);
    expect(await live.intact('web', mounts)).toBe(true);
    return await contentOf(live.folders('web').live);
  }

  async function exporter(rig: GitRig, commit: string) {
    const source = await testSource();
    const from = app(repository(rig.path), { ref: { kind: 'commit', name: commit } });
    await source.fetch(from, commit);
    const objects = await source.objects(from.repository, commit, paths);
    const mounts = paths.map((path): MountedPath => ({ path, object: objects.get(path)! }));
    const fill = (target: string) =>
      source.export({ repository: from.repository, commit, paths, target, submodules: false });
    return { mounts, fill, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
  }

  test('programs, links and nested folders included, also when Git is gone', async () => {
    await using rig = await storeRig();
    await using git = await gitRig();
    const wanted = async () => {
      await using from = await exporter(git, await git.commit(declared));
      await using fresh = await temporaryFolder();
      await from.fill(fresh.path);
      await rig.store.save(release('r1', { mounts: from.mounts }));
      await rig.store.files(release('r1', { mounts: from.mounts }), from.fill);
      return { mounts: from.mounts, live: await liveFrom(fresh.path, 'r1', from.mounts) };
    };
    const { mounts, live } = await wanted();
    const kept = await rig.open().files(release('r1', { mounts }), never);
    expect(await liveFrom(kept, 'r1', mounts)).toEqual(live);
    expect(live).toMatchObject({
      'apps/web/conf/bin/run': '755 #!/bin/sh\n',
      'apps/web/conf/deep/er/more.conf': '644 x\n',
      'apps/web/conf/current': '-> deep/er',
      'apps/web/env': '-> ../../shared/env',
      'shared/env': '644 A=1\n',
      'shared/tool': '755 z\n',
    });
    expect(Object.keys(live)).not.toContain('not/mounted');
  });
});
