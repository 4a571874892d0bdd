import { type Redact, redactor } from '../../core/redact.ts';
import { HarborError } from '../../errors.ts';
import type { Entry } from '../../model/entry.ts';
import type { LogState } from '../../model/log-state.ts';
import type { Trigger } from '../../model/trigger.ts';
import type { Clock, DeploymentLog, Logger } from '../../ports.ts';
import { startBook } from './book.ts';
import { logPage } from './pages.ts';
import { historyReader, readEntries } from './read-log.ts';
import { openToWrite } from './write-log.ts';

export interface LogOptions {
  readonly directory: string;
  readonly host: string;
  readonly instance: string;
  /** Of Harbormaster. */
  readonly version: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Takes known secrets out of sentences before they are written for ever. */
  readonly redact?: Redact;
  /** Folder of the key that signs checkpoints; empty: none are made. */
  readonly keys?: string;
  /** As they are in force now. */
  readonly limits?: () => LogLimits;
  readonly logger?: Pick<Logger, 'warn'>;
  /** Protects a file of the log that is appended to from now on. Never rejects. */
  readonly mark?: (path: string) => Promise<void>;
  /** Opens it although the newest segment does not follow the one before: to say that a person accepts that. */
  readonly untied?: boolean;
}

export interface LogLimits {
  /** A file of so many bytes, or that began so many milliseconds ago, is followed by another. */
  readonly segmentBytes: number;
  readonly segmentAge: number;
  /** A checkpoint is due when so many entries are not covered, or one has not been for so many milliseconds. */
  readonly checkpointEntries: number;
  readonly checkpointAge: number;
  /** Bytes of the disk that are kept for what has begun. */
  readonly reserve: number;
}

const megabyte = 1024 * 1024;
const day = 24 * 3_600_000;
export const defaultLimits: LogLimits = {
  segmentBytes: 8 * megabyte,
  segmentAge: 31 * day,
  checkpointEntries: 100,
  checkpointAge: 60_000,
  reserve: 4 * megabyte,
};

export interface OpenLog extends DeploymentLog, AsyncDisposable {
  /** All entries, oldest first. */
  entries(): Promise<readonly Entry[]>;
  /** To be called now and then: finds out whether entries can be written, and recovers from what kept them from it. Never rejects. */
  tend(): Promise<void>;
  /** The newest checkpoint, a signed note. */
  checkpoint(): string | undefined;
  /** A checkpoint over all that there is, also where none is due. */
  seal(): Promise<void>;
  /** What the log says of itself. */
  state(): LogState;
  /** From now on another key signs checkpoints; the old one says so itself. */
  changeKey(trigger: Trigger, reason: string): Promise<void>;
}

/**
 * Opens the deployment log. `exclusive` is for the holder of the state directory's lock: a torn end is repaired and entries may be appended.
 * Otherwise nothing is ever written, and what another process appends is seen. Throws `log-corrupt` and `log-unwritable`.
 */
export async function openLog({
  exclusive,
  ...options
}: LogOptions & { readonly exclusive: boolean }): Promise<OpenLog> {
  const defaults = {
    keys: '',
    redact: redactor([]),
    limits: () => defaultLimits,
    logger: { warn: () => undefined },
    mark: () => Promise.resolve(),
    untied: false,
  };
  return exclusive ? openToWrite({ ...defaults, ...options }) : openToRead(options.directory);
}

const openToRead = (directory: string): OpenLog => ({
  append: () => Promise.reject(readOnly()),
  entries: () => readEntries(directory),
  history: historyReader(directory),
  page: (query, request) => logPage(directory, query, request),
  condition: () => undefined,
  tend: () => Promise.resolve(),
  checkpoint: () => undefined,
  seal: () => Promise.reject(readOnly()),
  state: () => startBook().state(),
  changeKey: () => Promise.reject(readOnly()),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

const readOnly = (): HarborError =>
  new HarborError('the deployment log was opened for reading only', {
    code: 'log-unwritable',
    hint: 'Take the lock first.',
  });
