import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogOptions, openLog } from '../../../src/edges/deployment-log/open-log.ts';
import type { Entry } from '../../../src/model/entry.ts';
import { failed, finished, refused, started } from '../../core/entries.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Where flushing costs nothing, for the tests that do it a thousand times. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : undefined;

/** A log in a folder of its own, with a clock that ticks a second a look. */
export async function logRig(more: Partial<LogOptions> = {}) {
  const folder = await temporaryFolder(inMemory);
  const directory = join(folder.path, 'log');
  const file = join(directory, '000000000001.jsonl');
  let ticks = 0;
  const clock = { now: () => new Date(Date.UTC(2026, 10, 20, 10, 0, ticks++)) };
  const options = { directory, host: 'host1', instance: 'i1', version: '1.0.0', clock, ...more };
  return {
    directory,
    file,
    open: () => openLog({ ...options, exclusive: true }),
    read: () => openLog({ ...options, exclusive: false }),
    bytes: () => readFile(file),
    lines: async () => (await readFile(file, 'utf8')).split('\n').slice(0, -1),
    put: (bytes: Uint8Array | string) => writeFile(file, bytes),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** `opened`, a deployment and a refusal: small enough to be broken at every byte. */
export async function smallLog(rig: Awaited<ReturnType<typeof logRig>>): Promise<Buffer> {
  await using log = await rig.open();
  const intent = await log.append(started());
  await log.append(finished({ intent: intent.seq, revision: undefined }));
  await log.append(refused(failed(), { revision: undefined }));
  return rig.bytes();
}

/** Every entry whose newline is within the first `length` bytes. */
export const acknowledged = (bytes: Buffer, length: number): number =>
  bytes.subarray(0, length).filter((byte) => byte === 0x0a).length;

export const kinds = (entries: readonly Entry[]): readonly string[] => entries.map(({ kind }) => kind);
