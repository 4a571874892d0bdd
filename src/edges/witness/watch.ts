import { backoff } from '../../core/backoff.ts';
import { sha256 } from '../../core/digest.ts';
import { asHarborError } from '../../errors.ts';
import type { WitnessConfig } from '../../model/config.ts';
import type { EntryBody } from '../../model/entry.ts';
import type { WitnessStatus } from '../../model/report.ts';
import type { Clock, Logger } from '../../ports.ts';
import { logName } from '../deployment-log/checkpoint.ts';
import type { OpenLog } from '../deployment-log/open-log.ts';
import type { Witnessed } from '../deployment-log/retention.ts';
import { rootsIn } from '../deployment-log/root-at.ts';
import type { Branch } from './branch.ts';
import { round, type Testimony } from './round.ts';
import { unsentIn } from './unsent.ts';

export interface WitnessOptions {
  readonly log: Pick<OpenLog, 'checkpoint' | 'state'> & { append(body: EntryBody): Promise<unknown> };
  readonly directory: string;
  readonly host: () => string;
  readonly instance: string;
  /** As it is in force now. */
  readonly config: () => WitnessConfig | undefined;
  readonly branch: (config: WitnessConfig) => Branch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Keeps it where those find it who ask no daemon. */
  readonly remember: (status: WitnessStatus) => Promise<void>;
}

export interface Witness {
  status(): WitnessStatus | undefined;
  /** What it is known to hold that agrees with our log. */
  vouched(): Witnessed | undefined;
  /** Tells the witness what it does not know, if that is due. Never rejects. */
  beat(): Promise<void>;
}

/** Milliseconds. */
const again = { first: 5_000, most: 10 * 60_000 };
/** Bytes of entries in one push. */
const mostAtOnce = 4 * 1024 * 1024;

interface Progress {
  failures: number;
  /** On the monotonic clock. */
  notBefore: number;
  /** The note that the witness was told last. */
  told: string | undefined;
  more: boolean;
}

/** Tells a witness of each new checkpoint, for ever, and slower and slower while it does not answer. Nothing waits for it. */
export function createWitness(options: WitnessOptions): Witness {
  const { config, log, clock, logger, random } = options;
  let progress: Progress = { failures: 0, notBefore: 0, told: undefined, more: false };
  let open: { readonly config: WitnessConfig; readonly branch: Branch } | undefined;
  let status: WitnessStatus | undefined;

  const say = async (next: WitnessStatus): Promise<void> => {
    status = next;
    await options
      .remember(next)
      .catch((error: unknown) => logger.warn({ error }, 'could not note how far the witness is'));
  };
  const branchOf = (wanted: WitnessConfig): Branch => {
    if (open === undefined || !isSame(open.config, wanted)) {
      open = { config: wanted, branch: options.branch(wanted) };
      progress = { failures: 0, notBefore: 0, told: undefined, more: false };
      status = undefined;
    }
    return open.branch;
  };
  const base = ({ repository, branch }: WitnessConfig) => ({
    url: repository.url,
    branch,
    witnessed: status?.witnessed ?? 0,
    at: clock.now().toISOString(),
  });

  const failed = async (wanted: WitnessConfig, thrown: unknown): Promise<void> => {
    const { message, hint } = asHarborError(thrown);
    progress.failures += 1;
    const wait = backoff(progress.failures, again, random());
    progress.notBefore = clock.elapsed() + wait;
    if (progress.failures === 1)
      logger.warn({ error: thrown }, 'the witness of the deployment log was not reached; it is tried again');
    const since = status?.state === 'behind' ? status.since : clock.now().toISOString();
    const next = new Date(clock.now().getTime() + wait).toISOString();
    await say({ ...base(wanted), state: 'behind', since, message, hint, next });
  };

  const tell = async (wanted: WitnessConfig, note: string): Promise<void> => {
    const branch = branchOf(wanted);
    const result = await round(testimonyOf(wanted, note, options), branch, random);
    progress.failures = 0;
    if (result.kind === 'told') {
      progress = { ...progress, told: note, more: result.more };
      await say({ ...base(wanted), state: 'current', witnessed: result.last });
      return;
    }
    progress.notBefore = clock.elapsed() + again.most;
    await alarm(wanted, result, options);
    const { size } = result.comparison;
    await say({
      ...base(wanted),
      state: 'contradicted',
      since: status?.state === 'contradicted' ? status.since : clock.now().toISOString(),
      size,
    });
  };

  return {
    status: () => (config() === undefined ? undefined : status),
    vouched: () =>
      status?.state === 'current' && progress.told !== undefined && !progress.more
        ? { url: status.url, note: progress.told, last: status.witnessed }
        : undefined,
    async beat() {
      const wanted = config();
      const note = log.checkpoint();
      if (wanted === undefined || note === undefined) return;
      branchOf(wanted);
      const isDue = note !== progress.told || progress.more;
      if (!isDue || clock.elapsed() < progress.notBefore) return;
      await tell(wanted, note).catch((error: unknown) => failed(wanted, error));
    },
  };
}

function testimonyOf({ entries }: WitnessConfig, note: string, options: WitnessOptions): Testimony {
  const { directory, host, instance, log, clock } = options;
  return {
    place: { host: host(), instance },
    name: logName(instance),
    note,
    key: log.state().key ?? '',
    rootAt: rootsIn(directory),
    unsent: entries === 'all' ? unsentIn(directory, mostAtOnce) : undefined,
    now: clock.now(),
  };
}

type Contradicted = Extract<Awaited<ReturnType<typeof round>>, { kind: 'contradicted' }>;

/** Once for each checkpoint that contradicts us, in our own log and in the logger. */
async function alarm(
  { repository }: WitnessConfig,
  { note, comparison }: Contradicted,
  { log, logger }: WitnessOptions,
): Promise<void> {
  if (log.state().contradicted === sha256(note)) return;
  const { size, theirs, ours } = comparison;
  const body: EntryBody = { kind: 'contradicted', witness: repository.url, checkpoint: note, size, theirs, ours };
  logger.error(
    { witness: repository.url, size },
    'ALARM: the witness holds a checkpoint that the deployment log contradicts',
  );
  await log.append(body);
}

const isSame = (left: WitnessConfig, right: WitnessConfig): boolean =>
  left.repository.id === right.repository.id && left.branch === right.branch && left.entries === right.entries;
