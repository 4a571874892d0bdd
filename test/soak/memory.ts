import { readFileSync } from 'node:fs';

/** Resident memory of a process at a moment. */
export interface Sample {
  readonly pid: number;
  readonly megabytes: number;
}

/** So many samples of one life are needed to say anything. */
const fewest = 200;
/** The last third of a life may need so much more than its second third. */
const growth = 1.15;

export interface MemoryReport {
  readonly lines: readonly string[];
  readonly violations: readonly string[];
}

/** Memory is flat: in each long life of the daemon the last third's median is hardly above the second third's. The first third is warming up. */
export function judgeMemory(samples: readonly Sample[]): MemoryReport {
  const lines: string[] = [];
  const violations: string[] = [];
  for (const pid of new Set(samples.map((sample) => sample.pid))) {
    const life = samples.filter((sample) => sample.pid === pid).map(({ megabytes }) => megabytes);
    if (life.length < fewest) continue;
    const third = Math.floor(life.length / 3);
    const [first, second, last] = [0, 1, 2].map((part) => median(life.slice(part * third, (part + 1) * third)));
    const told = `${life.length} samples: ${[first, second, last].map((value) => value?.toFixed(1)).join(', ')} MB (medians of thirds), at most ${Math.max(...life).toFixed(1)} MB`;
    lines.push(told);
    if ((last ?? 0) > (second ?? 0) * growth) violations.push(`the daemon's memory grows: ${told}`);
  }
  return { lines, violations };
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

/** Undefined where the process is gone. */
export function residentMemory(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
