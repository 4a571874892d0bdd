import { expect, test } from 'vitest';
import type { Ruling } from '../../../src/model/approval.ts';
import type { Harbor } from '../../../src/reconcile/harbor.ts';
import { passed, planned } from '../builders.ts';
import { ada, harbormaster } from '../rig.ts';

const digest = `0123456789ab${'c'.repeat(52)}`;
const waiting = { kind: 'waits', have: [], need: 1 } as const;
const waits = (ruling: Ruling = waiting) => planned({ approval: { plan: digest, ruling } });
const missing = passed({
  outcome: {
    kind: 'blocked',
    reasons: [
      {
        code: 'approval',
        reason: 'release rrrr waits for 1 of 2 approvals of plan 0123456789ab (so far by ada)',
        lift: 'harbormaster approve shop --plan 0123456789ab',
        plan: digest,
      },
    ],
  },
});

/** A Harbor with one waiting plan, and what it was told. */
function rig(answer: object = passed(), ruling?: Ruling) {
  const calls: unknown[] = [];
  const said = async (request: unknown, trigger: unknown) => {
    calls.push([request, trigger]);
    return answer;
  };
  const harbor = { plan: async () => [waits(ruling)], approve: said, reject: said } as unknown as Partial<Harbor>;
  return { calls, harbor };
}

test('plan shows the digest, how it stands, and the commands', async () => {
  const { stdout, exitCode } = await harbormaster('plan', rig());
  expect(stdout).toContain(`\
  ! release rrrrrrrrrrrr waits for approval of plan 0123456789ab
    → to approve it: harbormaster approve shop --plan 0123456789ab
    → to reject it: harbormaster reject shop --plan 0123456789ab --reason "WHY"
`);
  expect(stdout).not.toContain('`harbormaster apply` does it now');
  expect(exitCode).toBe(2);
});

test('plan says who approved it', async () => {
  const ruling = { kind: 'approved', approvals: [{ by: 'bob', at: '', seq: 4 }] } as const;
  const { stdout } = await harbormaster('plan', rig(passed(), ruling));
  expect(stdout).toContain('✓ plan 0123456789ab is approved by bob');
  expect(stdout).toContain('`harbormaster apply` does it now');
});

test.each(['approve', 'reject'])('%s without a digest shows the plan and does nothing', async (verb) => {
  const { calls, harbor } = rig();
  const { stdout, exitCode } = await harbormaster([verb, 'shop'], { harbor });
  expect(stdout).toContain('to approve it: harbormaster approve shop --plan 0123456789ab');
  expect(exitCode).toBe(2);
  expect(calls).toEqual([]);
});

test.each([
  ['approve', '0123456789a0'],
  ['approve', '0123456'],
  ['reject', 'f'.repeat(12)],
])('%s of another plan, %s, is refused and shows the one of now', async (verb, plan) => {
  const { calls, harbor } = rig();
  const command = [verb, 'shop', '--plan', plan, '--reason', 'x'];
  const { stdout, stderr, exitCode } = await harbormaster(command, { harbor });
  expect(stdout).toContain('waits for approval of plan 0123456789ab');
  expect(stderr).toContain(`${plan} is not the plan of shop as it is now, which is 0123456789ab\n→ Something changed`);
  expect(exitCode).toBe(4);
  expect(calls).toEqual([]);
  const json = await harbormaster([...command, '--json'], { harbor });
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'usage' } });
});

test('approve hands on who approves what and why, and ends as the deployment does', async () => {
  const { calls, harbor } = rig();
  const ran = await harbormaster(['approve', 'shop', '--plan', '0123456789AB', '--reason', 'tested'], { harbor });
  expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('✓ shop  applied') as string });
  expect(calls).toEqual([[{ app: 'shop', plan: '0123456789AB', reason: 'tested' }, ada]]);
});

test('an approval to which others must be added is done, and says what is missing', async () => {
  const { harbor } = rig(missing);
  const { stdout, exitCode } = await harbormaster('approve shop --plan 0123456789ab', { harbor });
  expect(stdout).toBe(`\
✓ your approval of shop is written down
  release rrrr waits for 1 of 2 approvals of plan 0123456789ab (so far by ada)
  → somebody else: harbormaster approve shop --plan 0123456789ab
`);
  expect(exitCode).toBe(0);
});

test('what else is in the way is no success', async () => {
  const held = { code: 'held', reason: 'held by eve: the sale', lift: 'harbormaster release shop' } as const;
  const { harbor } = rig(passed({ outcome: { kind: 'blocked', reasons: [held] } }));
  const { stdout, exitCode } = await harbormaster('approve shop --plan 0123456789ab', { harbor });
  expect(stdout).toContain('held by eve: the sale');
  expect(exitCode).toBe(3);
});

test('reject needs a reason, and says what it means', async () => {
  const { calls, harbor } = rig({ app: 'shop', entry: 7, summary: 'It is rejected.' });
  const refused = await harbormaster('reject shop --plan 0123456789ab', { harbor });
  expect(refused.stderr).toContain('→ harbormaster reject shop --plan 0123456789ab --reason "WHY"');
  expect(refused.exitCode).toBe(4);
  const ran = await harbormaster(['reject', 'shop', '--plan', '0123456789ab', '--reason', 'no'], { harbor });
  expect(ran).toMatchObject({ exitCode: 0, stdout: 'It is rejected.\n' });
  expect(calls).toHaveLength(1);
});
