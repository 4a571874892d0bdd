import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that together may have so much memory, where the kernel lets us see to that. */
export interface MemoryLimit extends Disposable {
  /** It and whatever it starts from now on. False: nobody limits it here. */
  add(pid: number): boolean;
  /** How many of them were killed for it. */
  killed(): number;
}

const nobody: MemoryLimit = { add: () => false, killed: () => 0, [Symbol.dispose]: () => undefined };

/** By a control group, of version 1 or 2, whichever is there and may be written. */
export function memoryLimit(name: string, bytes: number): MemoryLimit {
  const version1 = '/sys/fs/cgroup/memory';
  const isVersion1 = existsSync(join(version1, 'memory.limit_in_bytes'));
  const folder = join(isVersion1 ? version1 : '/sys/fs/cgroup', name);
  try {
    mkdirSync(folder);
  } catch {
    return nobody;
  }
  try {
    writeFileSync(join(folder, isVersion1 ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
  } catch {
    rmdirSync(folder);
    return nobody;
  }
  return {
    add(pid) {
      try {
        writeFileSync(join(folder, 'cgroup.procs'), String(pid));
        return true;
      } catch {
        return false;
      }
    },
    killed() {
      const counts = readFileSync(join(folder, isVersion1 ? 'memory.oom_control' : 'memory.events'), 'utf8');
      return Number(/^oom_kill (\d+)$/m.exec(counts)?.[1] ?? 0);
    },
    [Symbol.dispose]: () => removed(folder),
  };
}

/** The kernel keeps it for a moment after the last process in it has ended. */
function removed(folder: string): void {
  for (let tries = 0; tries < 100 && existsSync(folder); tries += 1) {
    try {
      rmdirSync(folder);
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}

/** The most memory that a process ever had at once, in MB. */
export const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
