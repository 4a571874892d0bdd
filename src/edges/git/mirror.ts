import { rm } from 'node:fs/promises';
import { HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { run } from '../process.ts';
import { tidy } from './argv.ts';
import type { GitContext } from './context.ts';
import { localEnvironment } from './environment.ts';
import { isLocked } from './failure.ts';
import { fetchInto, hasCommit, isConnected, moved, type Wanted } from './fetch.ts';
import { type LimitPerServer, limitPerServer } from './limit.ts';
import { exists, makeBeside, mirrorFolder, packCount, removeLeftovers, swapIn } from './mirror-files.ts';
import { type ObjectStore, objectStore } from './objects.ts';

/** The one local copy of a repository, with no working tree. It is a cache: it may be deleted at any time. */
export interface Mirror extends AsyncDisposable {
  readonly folder: string;
  readonly objects: ObjectStore;
  /** Makes sure that the commit is there, whole; a broken mirror is made anew beside and swapped in. */
  obtain(wanted: Wanted): Promise<void>;
  /** Something that must be there could not be read: the next `obtain` trusts nothing here. */
  suspect(): void;
}

export interface Mirrors extends AsyncDisposable {
  of(repository: Repository): Mirror;
}

/** From one server, so that one that hangs holds up its own repositories alone. */
const fetchesTogether = 4;
/** Each fetch leaves one pack; from so many on they are put together. */
const mostPacks = 40;

export function mirrors(context: GitContext): Mirrors {
  const open = new Map<string, Mirror>();
  const perServer = limitPerServer(fetchesTogether);
  const cleared = context.exclusive ? removeLeftovers(context.reposDir) : Promise.resolve();
  return {
    of: (repository) => {
      const found =
        open.get(repository.id) ??
        mirrorAt(mirrorFolder(context.reposDir, repository), { context, cleared, perServer });
      open.set(repository.id, found);
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...open.values()].map((mirror) => mirror[Symbol.asyncDispose]()));
    },
  };
}

interface Surroundings {
  readonly context: GitContext;
  /** Settles when what earlier processes left behind is out of the way. */
  readonly cleared: Promise<void>;
  readonly perServer: LimitPerServer;
}

function mirrorAt(folder: string, { context, cleared, perServer }: Surroundings): Mirror {
  const objects = objectStore(localEnvironment(context.base, folder), context.timeouts);
  const whole = new Set<string>();
  let broken = false;
  let turn: Promise<unknown> = cleared;

  const obtain = async (wanted: Wanted): Promise<void> => {
    if (!broken && whole.has(wanted.commit)) return;
    if (whole.size > 1000) whole.clear();
    if (broken || !(await bring(folder, wanted, context))) await rebuild(wanted);
    whole.add(wanted.commit);
    if ((await packCount(folder)) > mostPacks) await tidyUp(folder, context, whole);
  };
  const rebuild = async (wanted: Wanted): Promise<void> => {
    const fresh = await makeBeside(context, folder, wanted.commit);
    try {
      await fetchInto(fresh, wanted, context);
      if (!(await isConnected(fresh, wanted.commit, context))) throw moved(wanted);
      // The child that reads the old mirror would go on reading it.
      await objects[Symbol.asyncDispose]();
      await swapIn(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
    whole.clear();
    broken = false;
  };
  return {
    folder,
    objects,
    obtain: (wanted) => {
      if (!broken && whole.has(wanted.commit)) return Promise.resolve();
      const result = turn.then(() => perServer(wanted.repository)(() => obtain(wanted)));
      turn = result.catch(() => undefined);
      return result;
    },
    suspect: () => {
      broken = true;
    },
    [Symbol.asyncDispose]: async () => {
      await turn;
      await objects[Symbol.asyncDispose]();
    },
  };
}

/** False if the mirror is missing or broken. */
async function bring(folder: string, wanted: Wanted, context: GitContext): Promise<boolean> {
  if (!(await exists(folder))) return false;
  if (await isConnected(folder, wanted.commit, context)) return true;
  try {
    await fetchInto(folder, wanted, context);
  } catch (error) {
    if (!(error instanceof HarborError) || error.code !== 'source-broken' || isLocked(error)) throw error;
    context.logger.warn({ mirror: folder, error: error.message }, 'the mirror is broken and is made anew');
    return false;
  }
  if (await isConnected(folder, wanted.commit, context)) return true;
  if (await hasCommit(folder, wanted.commit, context)) return false;
  throw moved(wanted);
}

async function tidyUp(folder: string, context: GitContext, whole: Set<string>): Promise<void> {
  whole.clear();
  const { base, timeouts, logger } = context;
  try {
    const { exitCode, stderr } = await run(tidy, {
      env: localEnvironment(base, folder),
      cwd: '/',
      limit: timeouts.fetch,
    });
    if (exitCode !== 0) logger.warn({ mirror: folder, stderr }, 'the mirror could not be tidied');
  } catch (error) {
    logger.warn({ mirror: folder, error }, 'the mirror could not be tidied');
  }
}
