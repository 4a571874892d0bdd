/**
 * Kills Harbormaster at every step of every operation, on a real engine, and looks each time whether the next process makes all of it right.
 *
 *   npm run torture -- [--seed 7] [--kills 500] [--only OPERATION]
 */
import { parseArgs } from 'node:util';
import { torture } from '../test/torture/kills.ts';
import { operationNames } from '../test/torture/operations.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    kills: { type: 'string', default: '500' },
    only: { type: 'string', multiple: true },
  },
});
const [seed, kills] = [Number(values.seed), Number(values.kills)];
const chosen = operationNames.filter((name) => values.only?.includes(name) ?? true);
const only = values.only?.map((name) => ` --only '${name}'`).join('') ?? '';
const again = `npm run torture -- --seed ${seed} --kills ${kills}${only}`;
console.log(again);
const report = await torture({ seed, kills, operations: chosen, say: (line) => console.log(line) });
const { violations, convergences, points, missed } = report;
const at = (share: number): string =>
  `${Math.round(convergences[Math.floor((convergences.length - 1) * share)] ?? 0)} ms`;
console.log(
  `${report.kills} kills at ${points.size} points (${missed} not reached); converged after ${at(0.5)} in the middle, ${at(0.95)} at the 95th percentile, ${at(1)} at most`,
);
if (violations.length > 0) {
  console.error([`${violations.length} violations; to see them again: ${again}`, ...violations].join('\n  '));
  process.exitCode = 1;
} else console.log('Everything that must hold held.');
