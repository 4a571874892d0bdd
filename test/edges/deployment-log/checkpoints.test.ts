import { copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../src/edges/deployment-log/checkpoint.ts';
import { keyIn } from '../../../src/edges/deployment-log/read-log.ts';
import { parseVerifierKey } from '../../../src/edges/deployment-log/signed-note.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { finished, started } from '../../core/entries.ts';
import { tries } from '../../support/tries.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { logRig, type Rig, signedRig } from './rig.ts';

const request = { kind: 'request', by: 'ada' } as const;

async function deploy(rig: Rig, count: number): Promise<void> {
  await using log = await rig.open();
  for (let made = 0; made < count; made += 1) {
    const { seq } = await log.append(started());
    await log.append(finished({ intent: seq, release: `r${made}` }));
  }
}

const notes = async ({ directory }: Rig) =>
  (await readdir(directory)).filter((name) => name.endsWith('.checkpoint')).sort();
const noteIn = async (rig: Rig, at = -1): Promise<string> =>
  readFile(join(rig.directory, (await notes(rig)).at(at) ?? ''), 'utf8');

describe('the key', () => {
  test('is made once, belongs to its owner alone, and is named in the log and by a reader', async () => {
    await using rig = await signedRig();
    await deploy(rig, 1);
    const path = join(rig.keys, 'log.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const key = await readFile(path, 'utf8');
    await deploy(rig, 1);
    expect(await readFile(path, 'utf8')).toBe(key);
    await using log = await rig.read();
    const changes = (await log.entries()).filter(({ kind }) => kind === 'key-changed');
    expect(changes).toMatchObject([{ seq: 2, to: await keyIn(rig.directory) }]);
    expect(parseVerifierKey((await keyIn(rig.directory)) ?? '')?.name).toBe('harbormaster/i1');
  });

  test('that is damaged is not silently made anew', async () => {
    await using rig = await signedRig();
    await deploy(rig, 1);
    await writeFile(join(rig.keys, 'log.key'), 'not a key');
    await expect(rig.open()).rejects.toMatchObject({
      code: 'state-unwritable',
      message: expect.stringContaining('log.key') as string,
    });
  });

  test('is changed with the old one’s word: who has the old public key goes on trusting', async () => {
    await using rig = await signedRig();
    await deploy(rig, 2);
    const old = await keyIn(rig.directory);
    {
      await using log = await rig.open();
      await log.changeKey(request, 'a new operator');
    }
    await deploy(rig, 1);
    const fresh = await keyIn(rig.directory);
    expect(fresh).not.toBe(old);
    for (const publicKey of [old, fresh]) {
      const report = await verify(rig.directory, { publicKey });
      expect(report).toMatchObject({ ok: true, checkpoints: { covered: report.entries } });
    }
    expect((await readdir(rig.keys)).sort()).toEqual(['log.key']);
  });

  test.each(['before', 'after'])('is whole when a crash comes %s the entry that names the new one', async (moment) => {
    await using rig = await signedRig();
    await deploy(rig, 1);
    const [path, next, kept] = ['log.key', 'log.key.next', 'kept'].map((name) => join(rig.keys, name)) as [
      string,
      string,
      string,
    ];
    await copyFile(path, kept);
    const old = await keyIn(rig.directory);
    {
      await using log = await rig.open();
      if (moment === 'after') await log.changeKey(request, 'x');
    }
    await copyFile(path, next);
    await copyFile(kept, path);
    if (moment === 'before') await writeFile(next, await otherKey());
    await deploy(rig, 1);
    const report = await verify(rig.directory, { publicKey: old });
    expect(report).toMatchObject({ ok: true, checkpoints: { covered: report.entries } });
    expect((await readdir(rig.keys)).sort()).toEqual(['kept', 'log.key']);
  });

  test('that was lost is replaced, which the log says and the old public key does not vouch for', async () => {
    await using rig = await signedRig();
    await deploy(rig, 1);
    const old = await keyIn(rig.directory);
    await rm(join(rig.keys, 'log.key'));
    await deploy(rig, 1);
    await using log = await rig.read();
    expect((await log.entries()).findLast(({ kind }) => kind === 'key-changed')).toMatchObject({
      from: old,
      reason: 'the file of the key before was gone',
    });
    expect(await verify(rig.directory)).toMatchObject({ ok: true });
    expect((await verify(rig.directory, { publicKey: old })).problem?.what).toContain(
      'the given one did not hand over to',
    );
  });
});

async function otherKey(): Promise<string> {
  await using rig = await signedRig();
  await deploy(rig, 1);
  return readFile(join(rig.keys, 'log.key'), 'utf8');
}

describe('a checkpoint', () => {
  test('is made after so many entries, after a while, and at the end', async () => {
    await using rig = await signedRig({ checkpointEntries: 3, checkpointAge: 1e9 });
    {
      await using log = await rig.open();
      expect(log.checkpoint()).toBeUndefined();
      await log.append(started());
      await log.append(finished({ intent: 3 }));
      const first = parseCheckpoint(log.checkpoint() ?? '');
      expect(first?.size).toBe(3);
      await log.append(started());
      expect(parseCheckpoint(log.checkpoint() ?? '')).toEqual(first);
    }
    expect(parseCheckpoint(await noteIn(rig))?.size).toBe(5);
    await using patient = await signedRig({ checkpointEntries: 1000, checkpointAge: 4000 });
    await using log = await patient.open();
    await log.append(started());
    expect(log.checkpoint()).toBeUndefined();
    // The rig's clock goes on with each look.
    for (let looks = 0; looks < 4; looks += 1) await log.tend();
    expect(parseCheckpoint(log.checkpoint() ?? '')?.size).toBe(3);
  });

  test('covers all of a file before the next one begins', async () => {
    await using rig = await signedRig({ segmentBytes: 1500 });
    await deploy(rig, 6);
    const files = await notes(rig);
    expect(files.length).toBeGreaterThan(2);
    const sizes = await Promise.all(files.map(async (_, at) => parseCheckpoint(await noteIn(rig, at))?.size ?? 0));
    expect(sizes.slice(0, -1)).toEqual(files.slice(1).map((name) => Number.parseInt(name, 10) - 1));
    const report = await verify(rig.directory, { publicKey: await keyIn(rig.directory) });
    expect(report).toMatchObject({ ok: true, checkpoints: { count: files.length, covered: report.entries } });
    expect(report.cannotProve.join()).not.toContain('cut');
  });

  test('that cannot be written keeps no entry from being written', async () => {
    const warnings: string[] = [];
    await using rig = await signedRig({ checkpointEntries: 1 }, { warn: (_, message) => void warnings.push(message) });
    await using log = await rig.open();
    await log.append(started());
    await rm(join(rig.directory, '000000000001.checkpoint'));
    await temporaryFolderAt(join(rig.directory, '000000000001.checkpoint'));
    await log.append(finished({ intent: 3 }));
    expect(warnings.length).toBe(1);
    await rm(join(rig.directory, '000000000001.checkpoint'), { recursive: true });
  });

  test('says which entries it does not cover', async () => {
    await using rig = await signedRig({ checkpointEntries: 1e9, checkpointAge: 1e9 });
    await deploy(rig, 2);
    await using log = await rig.open();
    await log.append(started());
    await log.append(finished({ intent: 7 }));
    const { cannotProve } = await verify(rig.directory);
    expect(cannotProve[0]).toBe(
      'entries 7 to 8 are after the last checkpoint: a cut end there would not be seen, nor a change of the last line',
    );
  });
});

const temporaryFolderAt = async (path: string): Promise<void> => {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(path, 'x'), { recursive: true });
};

describe('what somebody does to the files', () => {
  interface Original {
    readonly files: ReadonlyMap<string, Buffer>;
    readonly key: string;
  }

  async function original(): Promise<Original> {
    await using rig = await signedRig({ segmentBytes: 2500 });
    await deploy(rig, 6);
    const key = await keyIn(rig.directory);
    const names = await readdir(rig.directory);
    const files = new Map<string, Buffer>();
    for (const name of names) if (name !== 'reserve') files.set(name, await readFile(join(rig.directory, name)));
    return { files, key: key ?? '' };
  }

  type Change = (files: Map<string, Buffer>, pick: (limit: number) => number) => string;
  const lines = (files: Map<string, Buffer>) => [...files.keys()].filter((name) => name.endsWith('.jsonl')).sort();
  const edit = (files: Map<string, Buffer>, name: string, with_: (lines: string[]) => string[]): string => {
    const old = (files.get(name) ?? Buffer.alloc(0)).toString('latin1').split('\n').slice(0, -1);
    files.set(
      name,
      Buffer.from(
        with_(old)
          .map((line) => `${line}\n`)
          .join(''),
        'latin1',
      ),
    );
    return name;
  };
  const some = (all: readonly string[], pick: (limit: number) => number): string => all[pick(all.length)] ?? '';

  const changes: Readonly<Record<string, Change>> = {
    'one bit of any file': (files, pick) => {
      const name = some([...files.keys()].sort(), pick);
      const bytes = Buffer.from(files.get(name) ?? Buffer.alloc(0));
      const at = pick(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
      files.set(name, bytes);
      return `bit of byte ${at} in ${name}`;
    },
    'a line is gone': (files, pick) =>
      edit(files, some(lines(files), pick), (all) => all.toSpliced(pick(all.length), 1)),
    'a line is doubled': (files, pick) =>
      edit(files, some(lines(files), pick), (all) => {
        const at = pick(all.length);
        return all.toSpliced(at, 0, all[at] ?? '');
      }),
    'two lines change places': (files, pick) =>
      edit(files, some(lines(files), pick), (all) => {
        const at = pick(Math.max(1, all.length - 1));
        return all.length < 2 ? [] : all.toSpliced(at, 2, all[at + 1] ?? '', all[at] ?? '');
      }),
    'a file is cut': (files, pick) => {
      const name = some(lines(files), pick);
      const bytes = files.get(name) ?? Buffer.alloc(0);
      files.set(name, bytes.subarray(0, pick(bytes.length)));
      return name;
    },
    'the last lines are cut': (files, pick) =>
      edit(files, lines(files).at(-1) ?? '', (all) => all.slice(0, pick(all.length))),
    'a file is gone': (files, pick) => {
      const name = some(lines(files), pick);
      files.delete(name);
      return name;
    },
    'bytes are added': (files, pick) => {
      const name = some(lines(files), pick);
      files.set(
        name,
        Buffer.concat([files.get(name) ?? Buffer.alloc(0), Buffer.from(['x', '\n', '{}\n', '\0\0'][pick(4)] ?? '')]),
      );
      return name;
    },
  };

  test('is found, whatever it is', async () => {
    const { files, key } = await original();
    await using folder = await temporaryFolder('/dev/shm');
    const put = async (all: ReadonlyMap<string, Buffer>): Promise<void> => {
      for (const name of await readdir(folder.path)) await rm(join(folder.path, name));
      for (const [name, bytes] of all) await writeFile(join(folder.path, name), bytes);
    };
    await put(files);
    expect(await verify(folder.path, { publicKey: key })).toMatchObject({ ok: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(changes)), fc.infiniteStream(fc.nat()), async (what, numbers) => {
        const changed = new Map(files);
        const pick = (limit: number): number => (numbers.next().value ?? 0) % Math.max(1, limit);
        const detail = changes[what]?.(changed, pick);
        await put(changed);
        const report = await verify(folder.path, { publicKey: key });
        expect(report.ok, `${what}: ${detail}`).toBe(false);
        expect(report.problem ?? report.torn).toMatchObject({
          line: expect.any(Number) as number,
          seq: expect.any(Number) as number,
        });
      }),
      { numRuns: tries(400) },
    );
  }, 180_000);

  test('is not found without a checkpoint where the end was cut at a line’s end', async () => {
    const { files } = await original();
    await using folder = await temporaryFolder('/dev/shm');
    const last = lines(new Map(files)).at(-1) ?? '';
    const all = new Map([...files].filter(([name]) => name.endsWith('.jsonl')));
    edit(all, last, (whole) => whole.slice(0, -1));
    for (const [name, bytes] of all) await writeFile(join(folder.path, name), bytes);
    const report = await verify(folder.path);
    expect(report.ok).toBe(true);
    expect(report.cannotProve.join()).toContain('an end that was cut off would not be seen');
  });

  test('is found when somebody without the key writes everything anew', async () => {
    await using rig = await signedRig();
    await deploy(rig, 3);
    const publicKey = await keyIn(rig.directory);
    const note = await noteIn(rig);
    await rm(rig.directory, { recursive: true });
    await using forger = await logRig({ directory: rig.directory });
    await deploy(forger, 4);
    await writeFile(join(rig.directory, '000000000001.checkpoint'), note);
    expect((await verify(rig.directory, { publicKey })).problem?.what).toContain('entries were written anew');
  });
});
