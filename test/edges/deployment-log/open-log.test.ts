import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, rename, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/core/digest.ts';
import { foldHistory } from '../../../src/core/history.ts';
import { redactor } from '../../../src/core/redact.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { failed, finished, refused, started } from '../../core/entries.ts';
import { kinds, logRig, smallLog } from './rig.ts';

describe('a new log', () => {
  test('is one file that begins with "opened"', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    expect(await readdir(rig.directory)).toEqual(['000000000001.jsonl']);
    expect((await stat(rig.file)).mode & 0o137).toBe(0);
    expect(await log.entries()).toMatchObject([
      {
        v: 1,
        seq: 1,
        at: '2026-11-20T10:00:00.000Z',
        host: 'host1',
        instance: 'i1',
        prev: '0'.repeat(64),
        kind: 'opened',
        version: '1.0.0',
        snapshot: { apps: {}, forgotten: [] },
      },
    ]);
  });

  test('is not made by a reader', async () => {
    await using rig = await logRig();
    await using log = await rig.read();
    expect(await log.entries()).toEqual([]);
    expect(await log.history()).toEqual({ apps: {}, forgotten: [] });
    await expect(stat(rig.directory)).rejects.toThrow('ENOENT');
  });

  test('continues a file that a crash left empty', async () => {
    await using rig = await logRig();
    await mkdir(rig.directory);
    await rig.put('');
    await using log = await rig.open();
    expect(kinds(await log.entries())).toEqual(['opened']);
  });
});

describe('each line', () => {
  test('names the hash of the one before, and a reopened log goes on from it', async () => {
    await using rig = await logRig();
    await smallLog(rig);
    await using log = await rig.open();
    await log.append(refused(failed({ message: 'other' })));
    const lines = await rig.lines();
    expect(lines.map((line) => (JSON.parse(line) as { prev: string }).prev)).toEqual([
      '0'.repeat(64),
      ...lines.slice(0, -1).map(sha256),
    ]);
    expect(kinds(await log.entries())).toEqual(['opened', 'started', 'finished', 'refused', 'refused']);
  });

  test('is told back as it will be read', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    const entry = await log.append(refused(failed({ hint: undefined })));
    expect((await log.entries()).at(-1)).toStrictEqual(entry);
  });

  test('follows the last also when many are appended at once', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    const entries = await Promise.all(Array.from({ length: 30 }, () => log.append(started())));
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 2));
    expect((await log.entries()).length).toBe(31);
  });
});

test('a reader sees what a writer appends, and cannot append itself', async () => {
  await using rig = await logRig();
  await using writer = await rig.open();
  await using reader = await rig.read();
  expect((await reader.history()).apps).toEqual({});
  await writer.append(started());
  expect((await reader.history()).apps['web']?.open?.seq).toBe(2);
  await writer.append(finished({ intent: 2 }));
  expect((await reader.history()).apps['web']?.deployed?.seq).toBe(3);
  expect((await reader.entries()).length).toBe(3);
  await expect(reader.append(started())).rejects.toMatchObject({ code: 'log-unwritable' });
});

test('a reader neither repairs a torn end nor is disturbed by it', async () => {
  await using rig = await logRig();
  const bytes = await smallLog(rig);
  await rig.put(bytes.subarray(0, -20));
  await using log = await rig.read();
  expect((await log.entries()).length).toBe(3);
  expect((await log.history()).apps['web']?.deployed?.seq).toBe(3);
  expect((await rig.bytes()).length).toBe(bytes.length - 20);
});

test('the history that the log keeps is the fold of its entries, also after a restart', async () => {
  await using rig = await logRig();
  await smallLog(rig);
  await using log = await rig.open();
  await log.append(started({ app: 'db' }));
  const history = await log.history();
  expect(history).toEqual(foldHistory(await log.entries()));
  await using again = await rig.read();
  expect(await again.history()).toEqual(history);
});

describe('what is written', () => {
  test('cannot act on a terminal, forge a line, or show a known secret or a password in a URL', async () => {
    await using rig = await logRig({ redact: redactor(['hunter22', 'web']) });
    await using log = await rig.open();
    const message = 'a\u001b[2Jb\nhunter22 at https://me:pw@host/\u202e';
    await log.append(refused(failed({ message }), { app: 'we\u0007b', release: 'x\ny' }));
    await log.append(started({ app: 'web' }));
    const [, first, second] = await log.entries();
    expect(first).toMatchObject({
      app: 'we\\u0007b',
      release: 'x\\ny',
      outcome: { message: 'a\\u001b[2Jb\n*** at https://***@host/\\u202e' },
    });
    // A secret that happens to be the name of an app does not rename it.
    expect(second).toMatchObject({ app: 'web', project: 'web' });
    expect(await rig.bytes()).not.toContain('hunter22');
  });

  test('is cut where one text is endless', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    const entry = await log.append(refused(failed({ message: 'x'.repeat(3_000_000) })));
    expect(entry).toMatchObject({ outcome: { message: `${'x'.repeat(8192)}… (2991808 more characters)` } });
  });

  test('is refused as a whole where an intent is endless, before anything was begun; the log lives on', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    const steps = Array.from(
      { length: 5000 },
      (_, index) => ({ kind: 'build', service: `s${index}`, tag: 'x'.repeat(100) }) as const,
    );
    await expect(log.append(started({ steps }))).rejects.toMatchObject({
      code: 'compose-refused',
      message: expect.stringContaining('fit into one entry') as string,
    });
    await log.append(started());
    expect(kinds(await log.entries())).toEqual(['opened', 'started']);
  });

  test('is refused where it could not be read again', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    await expect(log.append({ kind: 'recovered', app: 'web', after: 0.5, of: 'release' })).rejects.toMatchObject({
      code: 'bug',
    });
    expect(kinds(await log.entries())).toEqual(['opened']);
  });
});

describe('a log that cannot be written', () => {
  test('says so when it is a link, or the folder is a file', async () => {
    await using rig = await logRig();
    await mkdir(rig.directory);
    const elsewhere = join(rig.directory, 'elsewhere');
    await writeFile(elsewhere, '');
    await symlink(elsewhere, rig.file);
    await expect(rig.open()).rejects.toMatchObject({ code: 'log-unwritable' });
    await using other = await logRig();
    await writeFile(other.directory, '');
    await expect(other.open()).rejects.toMatchObject({ code: 'log-unwritable' });
  });

  test('fails for good when the file is replaced or written by somebody else', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    await appendFile(rig.file, 'hello\n');
    await expect(log.append(started())).rejects.toMatchObject({
      code: 'log-unwritable',
      message: expect.stringContaining('somebody else wrote to it') as string,
    });
    // Not even when all looks well again: nobody knows what happened to the file meanwhile.
    await truncate(rig.file, (await stat(rig.file)).size - 'hello\n'.length);
    await expect(log.append(started())).rejects.toMatchObject({ code: 'log-unwritable' });

    await using other = await logRig();
    await using second = await other.open();
    await rename(other.file, `${other.file}.moved`);
    await writeFile(other.file, '');
    await expect(second.append(started())).rejects.toMatchObject({
      message: expect.stringContaining('replaced') as string,
    });
  });

  const root = process.getuid?.() === 0;
  test.runIf(root)(
    'fails on a full disk, loses nothing that was acknowledged, and goes on once there is room and it is opened again',
    async () => {
      await using rig = await logRig();
      await mkdir(rig.directory);
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', rig.directory]);
      try {
        const acknowledged: number[] = [];
        {
          await using log = await rig.open();
          const fill = async () => {
            for (;;) acknowledged.push((await log.append(started())).seq);
          };
          await expect(fill()).rejects.toMatchObject({
            code: 'log-unwritable',
            message: expect.stringContaining('the disk is full') as string,
          });
          await expect(log.append(started())).rejects.toMatchObject({ code: 'log-unwritable' });
        }
        expect(acknowledged.length).toBeGreaterThan(5);
        execFileSync('/bin/mount', ['-o', 'remount,size=1m', rig.directory]);
        await using log = await rig.open();
        await log.append(refused(failed()));
        expect((await log.entries()).filter(({ kind }) => kind === 'started').map(({ seq }) => seq)).toEqual(
          acknowledged,
        );
        expect((await verify(rig.directory)).torn).toBeUndefined();
      } finally {
        execFileSync('/bin/umount', ['-l', rig.directory]);
      }
    },
  );
});
