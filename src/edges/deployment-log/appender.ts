import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HarborError } from '../../errors.ts';
import { syncFolder } from '../durable.ts';
import { unwritable } from './faults.ts';

/**
 * `failed`: the storage did, and what the disk holds after the last acknowledged byte is unknown. `touched`: somebody else removed, replaced or wrote to
 * the file.
 */
type Condition = 'sound' | 'failed' | 'touched';

/** The one writer of a segment. */
export interface Appender extends AsyncDisposable {
  /** Returns only when the bytes are on the disk. After a failure every further call fails. */
  append(bytes: Buffer): Promise<void>;
  condition(): Condition;
  /** Where the last acknowledged byte ends. */
  end(): number;
}

/** Opens a segment of `size` bytes to append to it; undefined: it does not exist and is made. */
export async function openAppender(path: string, size: number | undefined): Promise<Appender> {
  const file = await openSegment(path, size === undefined).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  let end = size ?? 0;
  let condition: Condition = 'sound';
  let failure: HarborError | undefined;
  const fail = (kind: Condition, error: unknown): HarborError => {
    condition = kind;
    failure = unwritable(path, error);
    return failure;
  };
  return {
    async append(bytes) {
      if (failure) throw failure;
      await assertUntouched(path, file, end).catch((error: unknown) => {
        throw fail('touched', error);
      });
      try {
        await writeAll(file, bytes);
        await file.datasync();
        end += bytes.length;
      } catch (error) {
        throw fail('failed', error);
      }
    },
    condition: () => condition,
    end: () => end,
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function openSegment(path: string, create: boolean): Promise<FileHandle> {
  const { O_WRONLY, O_APPEND, O_NOFOLLOW, O_CREAT, O_EXCL } = constants;
  const file = await open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0), 0o640);
  // The name, too, must survive a power cut.
  if (create) await syncFolder(dirname(path));
  return file;
}

/** Somebody who removes, replaces or writes the file would otherwise have us acknowledge entries that nobody can find. */
async function assertUntouched(path: string, file: FileHandle, expected: number): Promise<void> {
  const [ours, there] = await Promise.all([file.stat(), lstat(path)]);
  if (ours.ino !== there.ino || ours.dev !== there.dev) throw new Error('the file was replaced by another');
  if (ours.size !== expected)
    throw new Error(`somebody else wrote to it: it has ${ours.size} bytes instead of ${expected}`);
}

/** Short writes happen: on a full disk, the first part of a line fits. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}
