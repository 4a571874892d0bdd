import { expect, test } from 'vitest';
import type { PassReport } from '../../../src/model/report.ts';
import type { Harbor } from '../../../src/reconcile/harbor.ts';
import { passed, revision } from '../builders.ts';
import { ada, harbormaster } from '../rig.ts';

/** A Harbor that answers one verb, and what it was asked. */
function asked<Verb extends keyof Harbor>(verb: Verb, answer: unknown) {
  const calls: unknown[][] = [];
  const method = async (...given: unknown[]) => {
    calls.push(given.filter((each) => typeof each !== 'function'));
    for (const progress of given) if (typeof progress === 'function') progress('shop', 'replace web');
    return answer;
  };
  return { calls, rig: { harbor: { [verb]: method } as Partial<Harbor> } };
}

const failed: PassReport = passed({
  outcome: { kind: 'failed', step: 'replace web', code: 'unhealthy', message: 'web exited (1)', hint: 'Push a fix.' },
});
const unchanged: PassReport = passed({ outcome: { kind: 'unchanged' }, entry: undefined });

test('rollback shows its progress, its end, and what happens next', async () => {
  const { calls, rig } = asked('rollback', passed());
  const { stdout, stderr, exitCode } = await harbormaster(['rollback', 'shop', '--reason', ' too slow '], rig);
  expect(stderr).toBe('· shop  replace web\n');
  expect(stdout).toBe(`\
✓ shop  rolled back to 9d3e41c2f0 "Serve with nginx 1.28"  (entry 42)

1 rolled back in 0.0 s.
Automatic deployment stays on: the next different release that Git asks for is deployed by itself.
→ To stay here instead: harbormaster hold shop --reason "WHY"
`);
  expect(exitCode).toBe(0);
  expect(calls).toEqual([[{ app: 'shop', to: undefined, hold: false, reason: 'too slow' }, ada]]);
});

test('rollback --hold says what ends the hold', async () => {
  const { calls, rig } = asked('rollback', passed());
  const { stdout } = await harbormaster(['rollback', 'shop', '--to', 'a1b2', '--hold', '--reason', 'x'], rig);
  expect(stdout).toMatch(
    /shop stays there: nothing newer is deployed until somebody releases it\.\n→ harbormaster release shop\n$/,
  );
  expect(calls).toEqual([[{ app: 'shop', to: 'a1b2', hold: true, reason: 'x' }, ada]]);
});

test('a rollback that failed promises nothing, and its exit code is that of the outcome', async () => {
  const { rig } = asked('rollback', failed);
  const { stdout, exitCode } = await harbormaster(['rollback', 'shop', '--reason', 'x'], rig);
  expect(stdout).not.toContain('deployed by itself');
  expect(stdout).toContain('→ harbormaster log show 42\n');
  expect(exitCode).toBe(4);
});

test.each([
  ['rollback', unchanged, /^Nothing to do: shop runs that release already\.\n/],
  ['adopt', passed(), /^✓ shop {2}adopted as 9d3e41c2f0 "Serve with nginx 1.28" {2}\(entry 42\)\n/],
  ['adopt', unchanged, /^Nothing to take over: shop is Harbormaster's own already, and as Git declares\.\n/],
  ['retry', [passed()], /^✓ shop {2}applied 9d3e41c2f0/],
  ['retry', [], /^Nothing to try again: no app is in trouble\.\n$/],
] as const)('%s says what came of it: %j', async (verb, answer, text) => {
  const { stdout, exitCode } = await harbormaster([verb, ...(verb === 'retry' ? [] : ['shop', '--reason', 'x'])], {
    ...asked(verb, answer).rig,
  });
  expect(stdout).toMatch(text);
  expect(exitCode).toBe(0);
});

test('adopt and retry hand on what they were told', async () => {
  const adopting = asked('adopt', passed());
  await harbormaster(['adopt', 'shop', '--from', 'i2'], adopting.rig);
  expect(adopting.calls).toEqual([[{ app: 'shop', from: 'i2', reason: undefined }, ada]]);
  const retrying = asked('retry', []);
  await harbormaster('retry shop blog', retrying.rig);
  expect(retrying.calls).toEqual([[['shop', 'blog'], ada]]);
});

test.each([
  [
    ['hold', 'shop', '--reason', 'the sale'],
    ['shop', 'the sale', ada],
  ],
  [
    ['release', 'shop'],
    ['shop', undefined, ada],
  ],
  [
    ['release', 'shop', '--reason', 'over'],
    ['shop', 'over', ada],
  ],
  [
    ['accept-history', 'shop', '--reason', 'a secret'],
    ['shop', 'a secret', ada],
  ],
  [
    ['forget', 'shop', '--reason', 'moves'],
    ['shop', 'moves', ada],
  ],
  [
    ['suspend', 'shop', '--reason', 'a look'],
    [{ app: 'shop', reason: 'a look', until: undefined, forever: false }, ada],
  ],
  [
    ['suspend', 'shop', '--until', '2h', '--reason', 'a look'],
    [{ app: 'shop', reason: 'a look', until: '2h', forever: false }, ada],
  ],
  [
    ['suspend', '--all', '--forever', '--reason', 'a move'],
    [{ app: undefined, reason: 'a move', until: undefined, forever: true }, ada],
  ],
  [
    ['resume', 'shop'],
    ['shop', undefined, ada],
  ],
  [
    ['resume', '--all', '--reason', 'over'],
    [undefined, 'over', ada],
  ],
] as const)('%s is written down, and says what it means now', async (command, given) => {
  const noted = { app: 'shop', entry: 7, summary: 'It is so now.' };
  const { calls, rig } = asked(command[0] === 'accept-history' ? 'acceptHistory' : command[0], noted);
  expect(await harbormaster(command, rig)).toMatchObject({ stdout: 'It is so now.\n', exitCode: 0 });
  expect(calls).toEqual([given]);
  expect(JSON.parse((await harbormaster([...command, '--json'], rig)).stdout)).toEqual(noted);
});

test('with --json they answer as apply does', async () => {
  for (const verb of ['rollback', 'adopt'] as const) {
    const { stdout } = await harbormaster([verb, 'shop', '--reason', 'x', '--json'], asked(verb, passed()).rig);
    expect(JSON.parse(stdout)).toEqual({
      reports: [{ app: 'shop', outcome: { kind: 'applied' }, entry: 42, revision: revision() }],
    });
  }
});

test.each([
  [['rollback', 'shop'], 'rollback', 'rollback shop'],
  [['rollback', 'shop', '--hold', '--to', 'a1', '--reason', '  '], 'rollback', 'rollback shop --to a1 --hold'],
  [['hold', 'the shop'], 'hold', "hold 'the shop'"],
  [['suspend', 'shop', '--until', '2h'], 'suspend', 'suspend shop --until 2h'],
  [['suspend', '--all', '--forever'], 'suspend', 'suspend --all --forever'],
  [['accept-history', 'shop'], 'accept-history', 'accept-history shop'],
])('%j without a reason is refused, with the command as it should be', async (command, verb, words) => {
  const { stdout, stderr, exitCode } = await harbormaster(command);
  expect(stderr).toBe(
    `harbormaster: ${verb} needs a reason: it is what the deployment log says when somebody asks why\n→ harbormaster ${words} --reason "WHY"\n`,
  );
  expect([stdout, exitCode]).toEqual(['', 4]);
});

test.each([
  [['suspend', '--reason', 'x'], 'suspend what?\n→ harbormaster suspend APP, or harbormaster suspend --all'],
  [['resume'], 'resume what?\n→ harbormaster resume APP, or harbormaster resume --all'],
  [
    ['resume', 'shop', '--all'],
    'resume shop, or the whole host?\n→ harbormaster resume shop, or harbormaster resume --all',
  ],
])('%j concerns no host by the way', async (command, message) => {
  expect(await harbormaster(command)).toMatchObject({ stderr: `harbormaster: ${message}\n`, exitCode: 4 });
});
