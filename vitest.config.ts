import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * In the order in which they begin. They take a minute and more, however small their files are, which Vitest goes by; and of those that run beside each
 * other some wait for most of their time while others compute.
 */
const long = [
  'browser/dashboard',
  'edges/git/export',
  'scenarios/engine-outage',
  'scenarios/engine.contract',
  'scenarios/windows',
  'torture/kills',
  'scenarios/soak',
  'torture/engine',
  'scenarios/container',
  'torture/clock',
  'scenarios/crash-otherwise',
  'scenarios/bounds',
  'torture/registry',
  'scenarios/policy-differential',
  'scenarios/stale',
];

/** What begins last should be short: one worker alone leaves the other processors idle. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return found === -1 ? long.length : found;
    };
    return sorted.toSorted((left, right) => place(left) - place(right));
  }
}

export default defineConfig({
  test: {
    teardownTimeout: 30_000,
    maxWorkers: 2,
    // Unit, edges and scenarios load the same modules: each is compiled once, also for the next run.
    experimental: { fsModuleCache: true },
    sequence: { sequencer: LongFirst },
    projects: [
      {
        // Values, and what needs no other process: part of `npm run check`.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/edges/**', 'test/browser/**', 'test/scenarios/**', 'test/torture/**'],
          pool: 'threads',
          // Values alone: no file has anything to hide from the next one, and each module is loaded once a thread.
          isolate: false,
          testTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        // Real Git and SSH servers, real files, processes that are killed, a real browser; no Docker.
        test: {
          name: 'edges',
          include: ['test/edges/**/*.test.ts', 'test/browser/**/*.test.ts'],
          // Starting a program copies the page tables of the process that starts it, 10 ms of a processor for each 100 MB that it holds; together with the
          // unit tests in one process that were 500 MB.
          pool: 'forks',
          // They wait for other processes as much as they compute.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          isolate: false,
          // A busy machine is no failure.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        // The real program on the real engine.
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts', 'test/torture/**/*.test.ts'],
          globalSetup: ['test/support/scenario-setup.ts'],
          // After all others, not beside them: what is kept waiting comes too late for its limits.
          sequence: { groupOrder: 2 },
          pool: 'forks',
          maxWorkers: 4,
          // As the program is started by its first line: the less a worker holds, the cheaper is each start of a program.
          execArgv: ['--max-semi-space-size=1'],
          // Of those tests in a file that have a world of their own.
          maxConcurrency: 2,
          // No file changes anything of its process: each module is loaded once a worker.
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
