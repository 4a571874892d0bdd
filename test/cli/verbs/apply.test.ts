import { expect, test } from 'vitest';
import { HarborError } from '../../../src/errors.ts';
import type { PassReport } from '../../../src/model/report.ts';
import type { Harbor } from '../../../src/reconcile/harbor.ts';
import { passed, revision } from '../builders.ts';
import { ada, harbormaster } from '../rig.ts';

const applying = (...reports: readonly PassReport[]) => ({ harbor: { apply: async () => reports } });

const unhealthy = passed({
  app: 'wiki',
  entry: 45,
  outcome: {
    kind: 'failed',
    step: 'wait for web until healthy',
    code: 'unhealthy',
    message: 'web exited (1) again and again\nError: cannot find module "./server.js"\n    at Module._resolve',
    hint: 'Fix it in Git: a newer commit is tried by itself.',
  },
});

const blocked = passed({
  app: 'crm',
  entry: 44,
  outcome: {
    kind: 'blocked',
    reasons: [
      {
        code: 'denied',
        reason: 'service agent mounts the socket of the engine',
        lift: 'apps.crm.allow.engine_socket: [agent]',
      },
      { code: 'denied', reason: 'service web runs privileged', lift: 'apps.crm.allow.privileged: [web]' },
    ],
  },
});

test('apply ends with what became of each app, why, and what lifts it', async () => {
  const interrupted = passed({ app: 'mail', entry: 46, outcome: { kind: 'interrupted', step: 'replace imap' } });
  const blog = passed({ app: 'blog', outcome: { kind: 'unchanged' }, entry: undefined });
  const { stdout, exitCode } = await harbormaster('apply', applying(passed(), blog, blocked, unhealthy, interrupted));
  expect(stdout).toBe(`\
✓ shop  applied 9d3e41c2f0 "Serve with nginx 1.28"  (entry 42)
✗ crm   blocked: service agent mounts the socket of the engine  (entry 44)
        service web runs privileged
        → to lift it: apps.crm.allow.engine_socket: [agent]
        → to lift it: apps.crm.allow.privileged: [web]
✗ wiki  failed at "wait for web until healthy": web exited (1) again and again  (entry 45)
        Error: cannot find module "./server.js"
            at Module._resolve
        → Fix it in Git: a newer commit is tried by itself.
! mail  interrupted before "replace imap"  (entry 46)
        → The next pass takes it up again.
· unchanged: blog

1 applied, 1 unchanged, 1 blocked, 1 failed, 1 interrupted in 0.0 s.
→ harbormaster log show 45
`);
  expect(exitCode).toBe(4);
});

test.each([
  ['everything applied', [passed(), passed({ outcome: { kind: 'unchanged' } })], 0],
  ['one blocked', [passed(), blocked], 3],
  ['one interrupted', [blocked, passed({ outcome: { kind: 'interrupted', step: undefined } })], 1],
  ['one that the user must mend', [blocked, unhealthy], 4],
] as const)('apply with %s: the exit code tells the worst of it', async (_what, reports, code) => {
  expect((await harbormaster('apply', applying(...reports))).exitCode).toBe(code);
});

test('a release that a newer one superseded is no failure, and says what becomes of it', async () => {
  const { stdout, exitCode } = await harbormaster(
    'apply',
    applying(
      passed({
        outcome: { kind: 'superseded', step: 'wait for web until healthy', by: `a1b2c3d4e5f6${'0'.repeat(52)}` },
      }),
    ),
  );
  expect(stdout).toBe(`\
· shop  superseded by release a1b2c3d4e5f6 before "wait for web until healthy"  (entry 42)
        → The newer release takes over what was begun.

1 superseded in 0.0 s.
`);
  expect(exitCode).toBe(0);
});

test('apply without anything to do is one sentence', async () => {
  const unchanged = ['shop', 'blog'].map((app) => passed({ app, outcome: { kind: 'unchanged' }, entry: undefined }));
  const { stdout } = await harbormaster('apply', applying(...unchanged));
  expect(stdout).toBe('Nothing to do: 2 apps as Git declares (shop, blog) in 0.0 s.\n');
});

test('progress is plain lines on stderr, and the pass carries who asked', async () => {
  const asked: unknown[] = [];
  const { stdout, stderr } = await harbormaster('apply shop --json', {
    harbor: {
      apply: async (apps, trigger, progress) => {
        asked.push(apps, trigger);
        progress('shop', 'pull nginx:1.28 (ab12cd34)');
        progress('shop', 'replace web');
        return [passed()];
      },
    },
  });
  expect(stderr).toBe('· shop  pull nginx:1.28 (ab12cd34)\n· shop  replace web\n');
  expect(asked).toEqual([['shop'], ada]);
  expect(JSON.parse(stdout)).toEqual({
    reports: [{ app: 'shop', outcome: { kind: 'applied' }, entry: 42, revision: revision() }],
  });
});

test('a terminal shows that work goes on, and is left clean', async () => {
  const { stderr } = await harbormaster('apply', {
    terminal: {},
    harbor: {
      apply: async () => {
        await new Promise((resolve) => setTimeout(resolve, 250));
        return [passed()];
      },
    },
  });
  expect(stderr).toMatch(/working, 0 s/);
  expect(stderr.endsWith('\r\u001b[K')).toBe(true);
});

test('the first interrupt lets the current step end, and says so', async () => {
  const interrupting = new AbortController();
  const { stderr, exitCode } = await harbormaster('apply', {
    signal: interrupting.signal,
    harbor: {
      apply: async () => {
        interrupting.abort();
        return [passed({ outcome: { kind: 'interrupted', step: 'replace web' } })];
      },
    },
  });
  expect(stderr).toBe('Finishing the current step; once more to leave at once.\n');
  expect(exitCode).toBe(1);
});

test('a state directory in use is an error that names the holder', async () => {
  const operator = async () => {
    throw new HarborError('another Harbormaster works on this state directory: pid 7, `run` since 14:00', {
      code: 'lock-held',
      hint: 'Wait for it, or stop it.',
    });
  };
  const { stderr, exitCode } = await harbormaster('apply', { wired: { operator } });
  expect(stderr).toBe(
    'harbormaster: another Harbormaster works on this state directory: pid 7, `run` since 14:00\n→ Wait for it, or stop it.\n',
  );
  expect(exitCode).toBe(4);
});

test('the Harbor of this process is let go also when the pass throws', async () => {
  let isOpen = true;
  const operator = async () => ({
    apply: async () => {
      throw new Error('boom');
    },
    [Symbol.asyncDispose]: async () => {
      isOpen = false;
    },
  });
  const { exitCode } = await harbormaster('apply', { wired: { operator: operator as never } });
  expect([isOpen, exitCode]).toEqual([false, 70]);
});

test('--ignore-order goes to the named apps with its reason, beside an override of windows, and not without', async () => {
  const asked: unknown[] = [];
  const harbor: Partial<Harbor> = {
    apply: async (names, trigger) => {
      asked.push([names, trigger]);
      return [passed()];
    },
  };
  await harbormaster(['apply', 'shop', '--ignore-order', '--reason', 'a fix'], { harbor });
  await harbormaster(['apply', 'shop', '--ignore-order', '--override-window', '--reason', 'a fix'], { harbor });
  expect(asked).toEqual([
    [['shop'], { ...ada, ignoreOrder: 'a fix' }],
    [['shop'], { ...ada, ignoreOrder: 'a fix', override: 'a fix' }],
  ]);
  const nameless = await harbormaster(['apply', '--ignore-order', '--reason', 'a fix'], { harbor });
  expect(nameless).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('the order is ignored for apps that are named'),
  });
  const silent = await harbormaster(['apply', 'shop', '--ignore-order'], { harbor });
  expect(silent).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('harbormaster apply shop --ignore-order --reason "WHY"'),
  });
  expect(asked).toHaveLength(2);
});
