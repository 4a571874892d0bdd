/**
 * A host under whatever chance brings: commits good and bad, containers killed and changed, Git and the registry away, the daemon killed. Afterwards what
 * runs is what is declared, every change has its entry, nothing foreign was touched, and memory is flat. The same seed does the same acts.
 *
 *   npm run soak -- [--seed 7] [--acts 300] [--record FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { soak } from '../test/soak/soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    acts: { type: 'string', default: '300' },
    /** Where everything that was written down and heard goes, to look into a violation. */
    record: { type: 'string' },
  },
});
const [seed, acts] = [Number(values.seed), Number(values.acts)];
const again = `npm run soak -- --seed ${seed} --acts ${acts}`;
console.log(again);
const { violations, summary, record } = await soak({ seed, acts, say: (line) => console.log(line) });
if (values.record !== undefined) writeFileSync(values.record, JSON.stringify(record, undefined, 1));
for (const line of summary) console.log(line);
if (violations.length > 0) {
  console.error([`${violations.length} violations; to see them again: ${again}`, ...violations].join('\n  '));
  process.exitCode = 1;
} else console.log('Everything that must hold held.');
