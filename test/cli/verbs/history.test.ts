import { expect, test } from 'vitest';
import type { AppHistory } from '../../../src/model/history.ts';
import { entry, finished, revision, started } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const [old, newer] = [`a1b2c3d4e5f6${'0'.repeat(52)}`, `b7c8d9e0f1a2${'0'.repeat(52)}`];
const good = (release: string, seq: number) => ({
  release,
  commit: revision().commit,
  at: '2026-01-31T12:00:00Z',
  seq,
});

/** As the log would fold; it stands in the snapshot that the entries end with. */
const folded: AppHistory = {
  project: 'shop',
  desired: undefined,
  attempted: undefined,
  applied: old,
  deployed: { ...good(old, 42), imageIds: {}, configured: {} },
  good: [good(newer, 30), good(old, 42)],
  open: undefined,
  unfinished: undefined,
  trouble: undefined,
  drift: undefined,
  heals: [],
  hold: undefined,
  quarantined: [],
  completed: [],
  adopted: { containers: [], networks: [] },
};

const entries = [
  entry(41, 15, started({ release: old })),
  entry(42, 14, finished({ intent: 41, release: old })),
  entry(43, 10, {
    kind: 'refused',
    app: 'shop',
    trigger: { kind: 'request', by: 'ada' },
    revision: revision({ commit: '1111111111aa' }),
    release: newer,
    outcome: { kind: 'blocked', reasons: [{ code: 'denied', reason: 'web runs privileged', lift: 'a line' }] },
    verdicts: [],
  }),
  entry(44, 5, started({ release: newer, trigger: { kind: 'start' } })),
  entry(45, 0, { kind: 'opened', version: '1.2.3', snapshot: { apps: { shop: folded }, forgotten: [] } }),
];

test('history is every attempt, the newest first, and what one can go back to', async () => {
  const { stdout, exitCode } = await harbormaster('history shop', { entries });
  expect(stdout).toBe(`\
ENTRY  TIME (UTC)           WHAT     RELEASE       COMMIT      OUTCOME  BY        TOOK
44     2026-01-31 14:10:00  deploy   b7c8d9e0f1a2  9d3e41c2f0  open     start     -
       "Serve with nginx 1.28"
43     2026-01-31 14:05:00  refused  b7c8d9e0f1a2  1111111111  blocked  ada       -
       web runs privileged
42     2026-01-31 14:00:00  deploy   a1b2c3d4e5f6  9d3e41c2f0  applied  interval  12.3 s  ← runs now
       "Serve with nginx 1.28"

One can go back to 1 release:
  RELEASE       COMMIT      LAST GOOD (UTC)      ENTRY
  b7c8d9e0f1a2  9d3e41c2f0  2026-01-31 12:00:00  30
→ harbormaster rollback shop --to b7c8d9e0f1a2 --reason "WHY"
`);
  expect(exitCode).toBe(0);
});

test('history --limit shows the newest, and says that there are more', async () => {
  const { stdout } = await harbormaster('history shop --limit 1', { entries });
  expect(stdout).toContain('\n44 ');
  expect(stdout).not.toContain('\n43 ');
  expect(stdout).toContain('\nThere are older ones; --limit 0 shows all.\n');
});

test('what was left as bad is told as such among the ways back, and is not what is advised', async () => {
  const bad = {
    release: newer,
    byHand: true,
    seq: 42,
    since: '2026-01-31T14:00:00Z',
    reason: 'rolled back by ada: bad prices',
  };
  const left = { ...folded, quarantined: [bad] };
  const opened = entry(45, 0, { kind: 'opened', version: '1.2.3', snapshot: { apps: { shop: left }, forgotten: [] } });
  const { stdout } = await harbormaster('history shop', { entries: [...entries.slice(0, -1), opened] });
  expect(stdout).toMatch(
    / {2}b7c8d9e0f1a2 {2}9d3e41c2f0 {2}2026-01-31 12:00:00 {2}30 {5}rolled back by ada: bad prices\n$/,
  );
});

test('history --json is all of it', async () => {
  const { attempts, good: back, running } = JSON.parse((await harbormaster('history shop --json', { entries })).stdout);
  expect(attempts.map(({ seq }: { seq: number }) => seq)).toEqual([44, 43, 42]);
  expect([back, running]).toEqual([[good(newer, 30)], old]);
});

test('an app that the log does not know is an error with the name that was meant', async () => {
  expect(await harbormaster('history shpo', { entries })).toMatchObject({
    exitCode: 4,
    stdout: '',
    stderr: 'harbormaster: the deployment log knows no app shpo\n→ Did you mean shop? The log knows: shop.\n',
  });
  expect((await harbormaster('history mail', { entries })).stderr).toContain('→ The log knows: shop.\n');
  expect((await harbormaster('history mail')).stderr).toContain('→ The log knows no app yet.\n');
});
