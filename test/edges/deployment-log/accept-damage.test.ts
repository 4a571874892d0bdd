import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acceptDamage } from '../../../src/edges/deployment-log/accept-damage.ts';
import { segmentsOf } from '../../../src/edges/deployment-log/segments.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { finished, started } from '../../core/entries.ts';
import { signedRig } from './rig.ts';

const acceptance = { trigger: { kind: 'request', by: 'ada' }, reason: 'a disk fault' } as const;

async function damaged(segmentBytes: number) {
  const rig = await signedRig({ segmentBytes });
  const deploy = async (count: number): Promise<void> => {
    await using log = await rig.open();
    for (let made = 0; made < count; made += 1) {
      const { seq } = await log.append(started());
      await log.append(finished({ intent: seq, release: `r${made}` }));
    }
  };
  const options = {
    directory: rig.directory,
    keys: rig.keys,
    host: 'host1',
    instance: 'i1',
    version: '1.0.0',
    clock: { now: () => new Date('2026-11-21T10:00:00Z') },
  };
  const edit = async (name: string, change: (text: string) => string): Promise<void> => {
    const path = join(rig.directory, name);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  return { ...rig, deploy, edit, accept: () => acceptDamage(options, acceptance) };
}

test('a log whose newest file is damaged is refused, and goes on in a file of its own once a person says so', async () => {
  await using rig = await damaged(1e9);
  await rig.deploy(3);
  {
    await using log = await rig.open();
    await log.append({ kind: 'held', app: 'web', release: 'r2', trigger: { kind: 'request' }, reason: 'stay' });
  }
  await rig.edit('000000000001.jsonl', (text) => text.replace('"release":"r1"', '"release":"rX"'));
  await expect(rig.open()).rejects.toMatchObject({
    code: 'log-corrupt',
    hint: expect.stringContaining('log accept-damage') as string,
  });
  const before = await readFile(join(rig.directory, '000000000001.jsonl'));
  const { damages, salvaged } = await rig.accept();
  expect(damages).toMatchObject([
    { file: '000000000001.jsonl', after: 3, what: expect.stringContaining('prev') as string },
  ]);
  expect(salvaged).toBeGreaterThan(0);
  expect((await readFile(join(rig.directory, '000000000001.jsonl'))).equals(before)).toBe(true);
  await rig.deploy(1);
  await using log = await rig.open();
  // A hold that a person set is still there.
  expect((await log.history()).apps['web']?.hold?.reason).toBe('stay');
  const report = await verify(rig.directory);
  expect(report).toMatchObject({
    ok: true,
    problem: undefined,
    lost: [{ from: 3, by: 'ada', reason: 'a disk fault' }],
  });
  expect(report.cannotProve.join()).toContain('they are lost, and ada accepted that');
  // Whoever changes the damaged file once more is found.
  await rig.edit('000000000001.jsonl', (text) => text.replace('"release":"r2"', '"release":"rY"'));
  expect((await verify(rig.directory)).problem?.what).toContain('changed again');
});

test.each(['changed', 'missing'])(
  'an older file that is %s is accepted by an entry, and the newest goes on',
  async (how) => {
    await using rig = await damaged(1500);
    await rig.deploy(6);
    const [, second] = await segmentsOf(rig.directory);
    if (how === 'missing') await rm(second?.path ?? '');
    else await rig.edit(second?.name ?? '', (text) => text.replace('Change web', 'Change you'));
    expect((await verify(rig.directory)).ok).toBe(false);
    const { damages } = await rig.accept();
    expect(damages.length).toBe(1);
    await rig.deploy(1);
    const report = await verify(rig.directory);
    expect(report.problem).toBeUndefined();
    expect(report).toMatchObject({ ok: true, lost: [{ by: 'ada' }] });
  },
);

test('also where it is the file right before the newest one', async () => {
  await using rig = await damaged(1500);
  await rig.deploy(6);
  const before = (await segmentsOf(rig.directory)).at(-2);
  await rm(before?.path ?? '');
  await expect(rig.open()).rejects.toMatchObject({ code: 'log-corrupt' });
  await rig.accept();
  await rig.deploy(1);
  expect(await verify(rig.directory)).toMatchObject({ ok: true });
});

test('after the log was put back from an older copy it goes on beyond what its witness knows', async () => {
  await using rig = await damaged(1e9);
  await rig.deploy(2);
  const copy = await readFile(join(rig.directory, '000000000001.jsonl'));
  await rig.deploy(2);
  const note = await readFile(join(rig.directory, '000000000001.checkpoint'), 'utf8');
  await writeFile(join(rig.directory, '000000000001.jsonl'), copy);
  await rm(join(rig.directory, '000000000001.checkpoint'));
  {
    await using log = await rig.open();
    await log.append({
      kind: 'contradicted',
      witness: 'w',
      checkpoint: note,
      size: 10,
      theirs: 'ab'.repeat(32),
      ours: undefined,
    });
  }
  const { damages } = await rig.accept();
  expect(damages).toMatchObject([{ after: 7, before: 12 }]);
  await rig.deploy(1);
  const report = await verify(rig.directory, { witness: { url: 'w', checkpoints: [note] } });
  expect(report).toMatchObject({ ok: true, lost: [{ from: 8, to: 11 }] });
  await expect(rig.accept()).rejects.toMatchObject({ code: 'usage' });
});

test('where nothing is wrong there is nothing to accept', async () => {
  await using rig = await damaged(1e9);
  await rig.deploy(1);
  await expect(rig.accept()).rejects.toMatchObject({
    code: 'usage',
    message: 'nothing is wrong with the deployment log',
  });
});
