import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendOnlyMarks } from '../../../src/edges/deployment-log/marks.ts';
import { started } from '../../core/entries.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { logRig } from './rig.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const marks = appendOnlyMarks(env);

/** An ext4 file system in a file, where that can be mounted. */
async function ext4() {
  const folder = await temporaryFolder();
  const [image, point] = [join(folder.path, 'image'), join(folder.path, 'mnt')];
  await mkdir(point);
  await writeFile(image, '');
  await truncate(image, 16 * 1024 * 1024);
  execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'ignore' });
  execFileSync('/bin/mount', ['-o', 'loop', image, point], { stdio: 'ignore' });
  return {
    point,
    async [Symbol.asyncDispose]() {
      execFileSync('/bin/umount', ['-l', point]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

const canMount = await ext4().then(
  async (disk) => {
    await disk[Symbol.asyncDispose]();
    return true;
  },
  () => false,
);
if (!canMount) console.warn('append-only marks: left out, no ext4 image can be mounted here');

test.runIf(canMount)(
  'a marked log is appended to and goes on in further files, and nobody changes or removes them',
  async () => {
    await using disk = await ext4();
    const directory = join(disk.point, 'log');
    await using rig = await logRig({
      directory,
      limits: { segmentBytes: 1 },
      mark: async (path) => void (await marks.set([path])),
    });
    await using log = await rig.open();
    await log.append(started());
    await log.append(started({ app: 'db' }));
    const paths = ['000000000001.jsonl', '000000000003.jsonl'].map((name) => join(directory, name));
    expect(await marks.among(paths)).toEqual(paths);
    for (const path of paths) {
      await expect(unlink(path)).rejects.toMatchObject({ code: 'EPERM' });
      await expect(rename(path, `${path}.x`)).rejects.toMatchObject({ code: 'EPERM' });
      await expect(truncate(path, 1)).rejects.toMatchObject({ code: 'EPERM' });
      await expect(writeFile(path, 'x')).rejects.toMatchObject({ code: 'EPERM' });
    }
    await appendFile(paths[0] ?? '', '');
    expect(await marks.lift(paths)).toBeUndefined();
    expect(await marks.among(paths)).toEqual([]);
    await rm(paths[0] ?? '');
  },
);

test('where it cannot be it says why', async () => {
  await using folder = await temporaryFolder('/proc/self/fd/../../../dev/shm');
  const path = join(folder.path, 'x');
  expect(await marks.set([path])).toContain('No such file');
  expect(await marks.among([path])).toEqual([]);
});
