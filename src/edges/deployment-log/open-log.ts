import { type Redact, redactor } from '../../core/redact.ts';
import { HarborError } from '../../errors.ts';
import type { Entry } from '../../model/entry.ts';
import type { Clock, DeploymentLog } from '../../ports.ts';
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
}

export interface OpenLog extends DeploymentLog, AsyncDisposable {
  /** All entries, oldest first. */
  entries(): Promise<readonly Entry[]>;
}

/**
 * Opens the deployment log. `exclusive` is for the holder of the state directory's lock: a torn end is repaired and entries may be appended.
 * Otherwise nothing is ever written, and what another process appends is seen. Throws `log-corrupt` and `log-unwritable`.
 */
export async function openLog({
  exclusive,
  ...options
}: LogOptions & { readonly exclusive: boolean }): Promise<OpenLog> {
  return exclusive ? openToWrite({ redact: redactor([]), ...options }) : openToRead(options.directory);
}

const openToRead = (directory: string): OpenLog => ({
  append: () => Promise.reject(readOnly()),
  entries: () => readEntries(directory),
  history: historyReader(directory),
  page: (query, request) => logPage(directory, query, request),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

const readOnly = (): HarborError =>
  new HarborError('the deployment log was opened for reading only', {
    code: 'log-unwritable',
    hint: 'Take the lock first.',
  });
