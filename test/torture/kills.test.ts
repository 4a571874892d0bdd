import { expect, test } from 'vitest';
import { torture } from './kills.ts';

/** Short, and always the same; `npm run torture` takes longer and other seeds. */
const [seed, kills] = [7, 4];

test(`after kill -9 at ${kills} points of deployments, hooks, heals and the log’s own upkeep the next process makes all of it right`, async () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const report = await torture({
    seed,
    kills,
    say,
    operations: ['deploy with hooks', 'begin further files and sign checkpoints', 'heal a container that is gone'],
  });
  const story = `npm run torture -- --seed ${seed}\n${lines.join('\n')}`;
  expect(report.violations, story).toEqual([]);
  expect(report.kills, story).toBeGreaterThanOrEqual(kills);
}, 300_000);
