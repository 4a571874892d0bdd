import { HarborError } from '../../errors.ts';
import { isFull, systemCode } from '../fs-errors.ts';

export const unwritable = (path: string, error: unknown): HarborError => translated('written', path, error);
export const unreadable = (path: string, error: unknown): HarborError => translated('read', path, error);

function translated(act: 'read' | 'written', path: string, error: unknown): HarborError {
  if (error instanceof HarborError) return error;
  const reason = isFull(error) ? 'the disk is full' : error instanceof Error ? error.message : String(error);
  return new HarborError(`the deployment log cannot be ${act} (${path}): ${reason}`, {
    code: 'log-unwritable',
    hint: hintFor(error),
    cause: error,
  });
}

function hintFor(error: unknown): string {
  if (isFull(error)) return 'Free space on its file system. Nothing is deployed until then; what runs keeps running.';
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return 'Run as the user who owns the state directory, or name another with --state-dir.';
  }
  return 'Nothing is deployed while this lasts; what runs keeps running. Check the disk, and who else uses the state directory.';
}

/** The first thing that is wrong with the log. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Of the line's first byte in the file. */
  readonly offset: number;
  /** Sequence number of the entry that should stand there. */
  readonly seq: number;
  readonly what: string;
}

export const corrupt = (directory: string, { file, line, offset, what }: Problem): HarborError =>
  new HarborError(`the deployment log is damaged: line ${line} of ${file} (byte ${offset}): ${what}`, {
    code: 'log-corrupt',
    at: `${directory}/${file}:${line}:1`,
    hint: 'Nothing was changed. See `harbormaster log verify`; put the file back from a copy. If there is none: copy the log folder away as evidence, then `harbormaster log accept-damage --reason …` lets it go on. What runs keeps running.',
  });
