import { expect, test } from 'vitest';
import { soak } from '../soak/soak.ts';

/** Short, and always the same; `npm run soak` takes longer and other seeds. */
const [seed, acts] = [11, 24];

test(`after ${acts} random acts and outages what runs is what is declared, every change has its entry, and nothing foreign was touched`, async () => {
  const lines: string[] = [];
  const { violations, summary } = await soak({ seed, acts, say: (line) => lines.push(line) });
  console.info(summary[0]);
  expect(violations, `npm run soak -- --seed ${seed} --acts ${acts}\n${lines.join('\n')}`).toEqual([]);
}, 300_000);
