import { constants, type Stats } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HarborError } from '../errors.ts';
import { makeFolder, replaceFile } from './durable.ts';
import { isFull, isMissing, systemCode } from './fs-errors.ts';

/** Where everything is that Harbormaster keeps. Absolute paths. */
export interface StatePaths {
  readonly root: string;
  /** What of the configuration came from Git and was in force last. */
  readonly configuration: string;
  /** When apps were compared with Git last. */
  readonly comparisons: string;
  readonly repos: string;
  readonly apps: string;
  readonly log: string;
  /** How far everybody is who is told what the log says. */
  readonly outbox: string;
  readonly keys: string;
  readonly run: string;
  readonly lock: string;
  readonly socket: string;
}

export function statePaths(root: string): StatePaths {
  const run = join(root, 'run');
  return {
    root,
    configuration: join(root, 'configuration.json'),
    comparisons: join(root, 'comparisons.json'),
    repos: join(root, 'repos'),
    apps: join(root, 'apps'),
    log: join(root, 'log'),
    outbox: join(root, 'outbox'),
    keys: join(root, 'keys'),
    run,
    lock: join(run, 'lock'),
    socket: join(run, 'socket'),
  };
}

/**
 * Makes the state directory where it is missing, open to its owner alone, and returns what a person should know of it. To read what is there, it need
 * not be writable. Throws `state-unwritable`.
 */
export async function prepareState(root: string, use: 'read' | 'write'): Promise<readonly string[]> {
  const { repos, apps, log, keys, run } = statePaths(root);
  try {
    for (const folder of [root, repos, apps, log, keys, run]) await makeFolder(folder);
    const right = use === 'write' ? constants.W_OK | constants.X_OK : constants.R_OK | constants.X_OK;
    for (const folder of [root, repos, apps, log, keys, run]) await access(folder, right);
    const found = await stat(root);
    assertOurs(root, found);
    return [...openToOthers(root, found), ...(await moved(root, use))];
  } catch (error) {
    throw unwritable(root, error);
  }
}

function assertOurs(root: string, { uid }: Stats): void {
  const us = process.getuid?.();
  if (us === undefined || uid === us) return;
  throw new HarborError(`the state directory ${root} belongs to another user (uid ${uid}; this is uid ${us})`, {
    code: 'state-unwritable',
    hint: 'Run Harbormaster as its owner, or name another directory with --state-dir.',
  });
}

const openToOthers = (root: string, { mode }: Stats): readonly string[] =>
  (mode & 0o077) === 0
    ? []
    : [
        `the state directory ${root} is open to other users (mode ${(mode & 0o777).toString(8)}): run chmod 700 ${root}`,
      ];

/** Containers mount files by absolute path: a state directory that moved leaves them behind. */
async function moved(root: string, use: 'read' | 'write'): Promise<readonly string[]> {
  const marker = join(root, 'keys', 'home');
  const here = await realpath(root);
  const before = await readFile(marker, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (before !== here && use === 'write') await replaceFile(marker, here, 0o600);
  if (before === undefined || before === here) return [];
  return [
    `the state directory was ${before} before and is ${here} now: apps that mount repository files will be deployed anew`,
  ];
}

function unwritable(root: string, error: unknown): HarborError {
  if (error instanceof HarborError) return error;
  const reason = isFull(error) ? 'the disk is full' : (systemCode(error) ?? String(error));
  return new HarborError(`the state directory ${root} cannot be used: ${reason}`, {
    code: 'state-unwritable',
    hint: isFull(error)
      ? 'Free space on its file system.'
      : 'Make it writable for this user, run as root, or name another directory with --state-dir.',
    cause: error,
  });
}
