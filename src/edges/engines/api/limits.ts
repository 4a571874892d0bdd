import { HarborError } from '../../../errors.ts';

/** A limit of a container, by what the engine calls it in a container's `HostConfig` and in an update alike. */
interface Limit {
  readonly key: string;
  /**
   * What an update takes for "no limit". Most limits have no such value: the engine reads 0 and '' as "leave it as it is". `-1` for a memory
   * reservation would do with cgroups of version 1, and protect all of the memory with version 2.
   */
  readonly none?: number;
  /** Undefined at its default. */
  readonly read: (value: unknown) => string | undefined;
  readonly write: (text: string) => number | string;
}

const isSet = (value: unknown, none?: number): value is number =>
  typeof value === 'number' && (none === undefined ? value !== 0 : value > 0);

const whole = (key: string, none?: number): Limit => ({
  key,
  ...(none !== undefined && { none }),
  read: (value) => (isSet(value, none) ? String(value) : undefined),
  write: Number,
});

const text = (key: string): Limit => ({
  key,
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  write: (value) => value,
});

const billion = 1_000_000_000;
/** The engine counts in billionths, people in CPUs: `0.5`. */
const cpus: Limit = {
  key: 'NanoCpus',
  read: (value) => (isSet(value) ? String(value / billion) : undefined),
  write: (value) => Math.round(Number(value) * billion),
};

/**
 * `limits.memory_swap` is memory and swap together, as the engine keeps it: twice the memory where nobody said, and not moved by a later change of
 * the memory alone. So it is told as it is: `docker update --memory` changes `limits.memory`, and nothing else.
 */
const limits: Readonly<Record<string, Limit>> = {
  'limits.memory': whole('Memory'),
  'limits.memory_swap': whole('MemorySwap'),
  'limits.memory_reservation': whole('MemoryReservation'),
  'limits.cpus': cpus,
  'limits.cpu_shares': whole('CpuShares'),
  'limits.cpu_period': whole('CpuPeriod'),
  'limits.cpu_quota': whole('CpuQuota', -1),
  'limits.cpuset': text('CpusetCpus'),
  'limits.cpuset_mems': text('CpusetMems'),
  'limits.pids': whole('PidsLimit', 0),
  'limits.blkio_weight': whole('BlkioWeight'),
};

type HostConfig = Readonly<Record<string, unknown>>;

export const readLimits = (hostConfig: HostConfig): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(limits).map(([field, { key, read }]) => [field, read(hostConfig[key])]));

/** `on-failure:3`; undefined for none. */
export function readRestart(name: string, retries: number): string | undefined {
  if (name === '' || name === 'no') return undefined;
  return name === 'on-failure' && retries > 0 ? `${name}:${retries}` : name;
}

export type UpdateBody = Readonly<Record<string, unknown>>;

/** The body of the engine's update for these fields; null: at its default. Throws `engine-refused` for what no update can do. */
export const updateBody = (fields: Readonly<Record<string, string | null>>): UpdateBody =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => updateOf(field, value)));

function updateOf(field: string, value: string | null): readonly [string, unknown] {
  if (field === 'restart') return ['RestartPolicy', restartPolicy(value ?? 'no')];
  const limit = Object.hasOwn(limits, field) ? limits[field] : undefined;
  if (limit === undefined) throw impossible(`${field} cannot be changed in a container that is there`);
  if (value === null && limit.none === undefined)
    throw impossible(`the engine cannot take ${field} away from a container that is there`);
  const written = value === null ? limit.none : limit.write(value);
  if (Number.isNaN(written)) throw impossible(`${field} cannot become ${value}: that is no number`);
  return [limit.key, written];
}

function restartPolicy(text: string) {
  const [Name, retries = '0'] = text.split(':');
  return { Name, MaximumRetryCount: Number(retries) };
}

const impossible = (message: string): HarborError =>
  new HarborError(message, { code: 'engine-refused', hint: 'Replace the container instead.' });
