import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLog } from '../../../src/edges/deployment-log/open-log.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { bundle } from '../bundle.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Lets a writer run until some time after its first acknowledged entry, kills it, and returns what it acknowledged. */
async function killedWriter(script: string, directory: string, after: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  await delay(after);
  child.kill('SIGKILL');
  await once(child, 'close');
  return said.split('\n').slice(0, -1).map(Number);
}

test('a writer that is killed again and again loses no acknowledged entry', async () => {
  await using folder = await temporaryFolder();
  const script = await bundle(import.meta.resolve('./writer.ts'), join(folder.path, 'writer.mjs'));
  const directory = join(folder.path, 'log');
  for (let round = 0; round < 20; round += 1) {
    const acknowledged = await killedWriter(script, directory, (round * 7) % 25);
    const torn = (await verify(directory)).torn !== undefined;
    const log = await openLog({
      directory,
      host: 'h',
      instance: 'i',
      version: '1',
      clock: { now: () => new Date() },
      exclusive: true,
    });
    const seqs = new Set((await log.entries()).map(({ seq }) => seq));
    await log[Symbol.asyncDispose]();
    expect(acknowledged.filter((seq) => !seqs.has(seq))).toEqual([]);
    expect(await verify(directory)).toMatchObject({ ok: true });
    expect(acknowledged.length, torn ? 'torn' : 'whole').toBeGreaterThan(0);
  }
});
