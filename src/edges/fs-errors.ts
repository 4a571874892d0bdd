import { HarborError } from '../errors.ts';

/** The system's code of a failed call, e.g. `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT';
export const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');

/** A failed act on the state directory, as what a person can do about it. `act` completes "cannot …". */
export function storageError(act: string, error: unknown): HarborError {
  if (error instanceof HarborError) return error;
  if (isFull(error)) {
    const hint = 'Free space on the file system of the state directory. What runs keeps running.';
    return new HarborError(`cannot ${act}: the disk is full`, { code: 'disk-full', hint, cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  const hint = 'Check the permissions of the state directory, and whether its file system is writable.';
  return new HarborError(`cannot ${act}: ${reason}`, { code: 'state-unwritable', hint, cause: error });
}
