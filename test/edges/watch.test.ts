import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { watchFiles } from '../../src/edges/watch.ts';
import { temporaryFolder } from './temporary-folder.ts';

const times = { settle: 100, absence: 300, poll: 60_000 };
/** Longer than anything that must not cause a call. */
const quiet = 700;

async function watching(more: Partial<typeof times> = {}) {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'harbormaster.yml');
  await writeFile(file, 'one');
  let calls = 0;
  const begin = (files = [file]) => watchFiles(files, () => (calls += 1), { ...times, ...more });
  const waitForCalls = (count: number) =>
    vi.waitFor(() => expect(calls).toBeGreaterThanOrEqual(count), { timeout: 5_000, interval: 10 });
  return {
    folder: folder.path,
    file,
    begin,
    waitForCalls,
    /** Waits for the call number `count`, and that no other follows. */
    expectCalls: async (count: number) => {
      await waitForCalls(count);
      await delay(quiet);
      expect(calls).toBe(count);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe.concurrent('a change is seen once', () => {
  test('when a file is written in place, and again', async () => {
    await using rig = await watching();
    await using _watch = await rig.begin();
    await writeFile(rig.file, 'two');
    await rig.expectCalls(1);
    await writeFile(rig.file, 'three');
    await rig.expectCalls(2);
  });

  test('when an editor puts another file in its place, again and again', async () => {
    await using rig = await watching();
    await using _watch = await rig.begin();
    for (const [count, text] of ['two', 'three'].entries()) {
      await writeFile(`${rig.file}.swp`, text);
      await rename(`${rig.file}.swp`, rig.file);
      await rig.expectCalls(count + 1);
    }
  });

  test('when Kubernetes swaps the folder behind the links', async () => {
    await using rig = await watching();
    const version = async (name: string, text: string) => {
      await mkdir(join(rig.folder, name));
      await writeFile(join(rig.folder, name, 'app.yml'), text);
      await symlink(name, join(rig.folder, '..tmp'));
      await rename(join(rig.folder, '..tmp'), join(rig.folder, '..data'));
    };
    await version('..2026_1', 'one');
    const file = join(rig.folder, 'app.yml');
    await symlink('..data/app.yml', file);
    await using _watch = await rig.begin([file]);
    for (const count of [2, 3, 4]) {
      await version(`..2026_${count}`, `version ${count}`);
      await rig.expectCalls(count - 1);
    }
  });

  test('when the file that a link leads to is written, or the link leads elsewhere', async () => {
    await using rig = await watching();
    const there = join(rig.folder, 'elsewhere');
    await mkdir(there);
    await writeFile(join(there, 'a'), 'one');
    await writeFile(join(there, 'b'), 'two');
    const link = join(rig.folder, 'link');
    await symlink(join(there, 'a'), link);
    await using _watch = await rig.begin([link]);
    await writeFile(join(there, 'a'), 'changed');
    await rig.expectCalls(1);
    await symlink(join(there, 'b'), `${link}.new`);
    await rename(`${link}.new`, link);
    await rig.expectCalls(2);
    await writeFile(join(there, 'b'), 'changed too');
    await rig.expectCalls(3);
  });

  test('when a folder on the way is a link that is switched, as deployments do', async () => {
    await using rig = await watching();
    const current = join(rig.folder, 'current');
    for (const name of ['1', '2', '3']) {
      await mkdir(join(rig.folder, 'releases', name, 'conf'), { recursive: true });
      await writeFile(join(rig.folder, 'releases', name, 'conf', 'app.yml'), name);
    }
    await symlink('releases/1', current);
    await using _watch = await rig.begin([join(current, 'conf', 'app.yml')]);
    for (const [count, name] of ['2', '3'].entries()) {
      await symlink(`releases/${name}`, `${current}.new`);
      await rename(`${current}.new`, current);
      await rig.expectCalls(count + 1);
    }
  });

  test('when a file goes for good, and when it comes back', async () => {
    await using rig = await watching();
    await using _watch = await rig.begin();
    await rm(rig.file);
    await rig.expectCalls(1);
    await writeFile(rig.file, 'back');
    await rig.expectCalls(2);
  });

  test('when a file that was missing at first comes', async () => {
    await using rig = await watching();
    const late = join(rig.folder, 'late.env');
    await using _watch = await rig.begin([rig.file, late]);
    await writeFile(late, 'here');
    await rig.expectCalls(1);
  });

  test('when no event tells it', async () => {
    await using rig = await watching({ poll: 100 });
    // Other at each look, and the kernel sends no event for it.
    await using _watch = await rig.begin(['/proc/sys/kernel/random/uuid']);
    await rig.waitForCalls(3);
  });
});

describe.concurrent('nothing is called', () => {
  test('when the content stays the same, a neighbour changes, or a file is away for a moment', async () => {
    await using rig = await watching();
    await using _watch = await rig.begin();
    await writeFile(rig.file, 'one');
    await utimes(rig.file, 1, 1);
    await writeFile(join(rig.folder, 'other'), 'x');
    await rm(rig.file);
    await delay(50);
    await writeFile(rig.file, 'one');
    await rig.expectCalls(0);
  });

  test('after the watch is closed', async () => {
    await using rig = await watching();
    const watch = await rig.begin();
    await writeFile(rig.file, 'two');
    await watch[Symbol.asyncDispose]();
    await rig.expectCalls(0);
  });
});
