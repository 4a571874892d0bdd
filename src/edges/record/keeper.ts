import { join } from 'node:path';
import type { HostConfig } from '../../model/config.ts';
import type { EntryBody } from '../../model/entry.ts';
import type { RecordStatus } from '../../model/report.ts';
import type { Clock, Logger } from '../../ports.ts';
import { appendOnlyMarks } from '../deployment-log/marks.ts';
import { defaultLimits, type OpenLog, openLog } from '../deployment-log/open-log.ts';
import { prune } from '../deployment-log/retention.ts';
import { segmentsOf } from '../deployment-log/segments.ts';
import { every } from '../every.ts';
import { authorityFiles } from '../git/authorities.ts';
import { inheritedFrom } from '../git/environment.ts';
import { type BranchContext, openBranch } from '../witness/branch.ts';
import { createWitness, type Witness } from '../witness/watch.ts';
import { recallWitness, rememberWitness } from './remembered.ts';

export interface KeeperOptions {
  /** Absolute folders. */
  readonly paths: { readonly log: string; readonly keys: string; readonly run: string };
  /** As it is in force now. */
  readonly config: () => HostConfig;
  readonly instance: string;
  readonly version: string;
  readonly clock: Clock;
  /** Whether we hold the lock of the state directory. */
  readonly exclusive: boolean;
  readonly redact: (text: string) => string;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string>>;
  /** In [0, 1). */
  readonly random: () => number;
}

type Append = (body: EntryBody) => Promise<unknown>;

/** The deployment log, and all that looks after it: checkpoints, witness, retention, marks. */
export interface RecordKeeper extends AsyncDisposable {
  readonly log: OpenLog;
  status(): Promise<RecordStatus>;
  /** Looks after it while a daemon runs. `append`: writes what everybody is to be told of. */
  watch(append: Append): AsyncDisposable;
  /** Before a process ends that is no daemon: signs what was written, and tells the witness, for which it does not wait long. */
  finish(append: Append): Promise<void>;
}

/** Milliseconds. */
const beats = { tend: 5_000, witness: 1_000, retention: 10_000 };
const hour = 3_600_000;
const patience = { daemon: 300_000, once: 20_000 };

export async function openRecord(options: KeeperOptions): Promise<RecordKeeper> {
  const { paths, config, clock, exclusive, logger, environment } = options;
  const marks = appendOnlyMarks(environment);
  const log = await openLog({
    directory: paths.log,
    host: config().host,
    instance: options.instance,
    version: options.version,
    clock,
    exclusive,
    redact: options.redact,
    keys: paths.keys,
    limits: () => ({ ...defaultLimits, ...config().log }),
    logger,
    mark: async (path) => {
      const failure = config().log.appendOnly ? await marks.set([path]) : undefined;
      if (failure !== undefined)
        logger.warn({ file: path, failure }, 'a file of the deployment log could not be marked as append-only');
    },
  });
  const witnessOver = (append: Append, limit: number): Witness =>
    createWitness({
      log: { checkpoint: log.checkpoint, state: log.state, append },
      directory: paths.log,
      host: () => config().host,
      instance: options.instance,
      config: () => config().log.witness,
      branch: ({ repository, branch }) =>
        openBranch(
          { repository, branch, folder: join(paths.run, `witness-${repository.id}.git`) },
          gitContext(options, limit),
        ),
      clock,
      logger,
      random: options.random,
      remember: (status) => rememberWitness(paths.run, status),
    });
  let watching: Witness | undefined;
  return {
    log,
    async status() {
      const known = watching?.status() ?? (await recallWitness(paths.run));
      const url = config().log.witness?.repository.url;
      return { condition: log.condition(), witness: known?.url === url ? known : undefined };
    },
    watch(append) {
      const witness = witnessOver(append, patience.daemon);
      watching = witness;
      return together([
        every(beats.tend, log.tend),
        every(beats.witness, witness.beat),
        every(beats.retention, retention(options, { log, witness, append, marks })),
      ]);
    },
    async finish(append) {
      if (!exclusive) return;
      await log.seal().catch(() => undefined);
      await witnessOver(append, patience.once).beat();
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

const gitContext = ({ paths, environment }: KeeperOptions, limit: number): BranchContext => ({
  base: inheritedFrom(environment),
  runDir: paths.run,
  authorities: authorityFiles(paths.run),
  timeouts: { look: limit, fetch: limit, local: 60_000, idle: 2_000 },
});

interface Keeping {
  readonly log: OpenLog;
  readonly witness: Witness;
  readonly append: Append;
  readonly marks: ReturnType<typeof appendOnlyMarks>;
}

/** Each hour, and whenever a file was closed or the witness has caught up. */
function retention({ paths, config, clock, logger }: KeeperOptions, { log, witness, append, marks }: Keeping) {
  let [looked, seen] = [Number.NEGATIVE_INFINITY, ''];
  return async (): Promise<void> => {
    const { keep } = config().log;
    const witnessed = witness.vouched();
    if ((keep.age === undefined && keep.segments === undefined) || witnessed === undefined) return;
    try {
      const now = `${(await segmentsOf(paths.log)).length} ${witnessed.last}`;
      if (now === seen && clock.elapsed() - looked < hour) return;
      [looked, seen] = [clock.elapsed(), now];
      const pruned = log.state().pruned ?? 0;
      await prune({ directory: paths.log, keep, witnessed, now: clock.now(), append, pruned, marks, logger });
    } catch (error) {
      logger.warn({ error }, 'old files of the deployment log could not leave; it is tried again');
    }
  };
}

const together = (all: readonly AsyncDisposable[]): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    for (const each of all) await each[Symbol.asyncDispose]();
  },
});
