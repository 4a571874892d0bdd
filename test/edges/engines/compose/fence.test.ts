import { expect, test } from 'vitest';
import { findFence } from '../../../../src/edges/engines/compose/fence.ts';

test('a program that does not end is told so at once: being slow is not a refusal by a fence', async () => {
  const found = findFence(['/bin/sleep', '60'], 300);
  await expect(found).rejects.toMatchObject({
    code: 'timeout',
    message: '/bin/sleep 60 did not end within 0.3 s and was stopped',
  });
});

// Who is not root is refused by the fences themselves.
const root = process.getuid?.() === 0;

test.runIf(root)('a program that is refused behind every fence is named with what each said', async () => {
  const { isolation, refusals, output } = await findFence(['/bin/sh', '-c', 'echo no >&2; exit 3']);
  expect(isolation).toBe('limits');
  expect(refusals).toEqual(['namespace: no', 'unprivileged: no']);
  expect(output).toBeUndefined();
});

test.runIf(root)('where the better fences refuse, the next one is taken and the refusal kept', async () => {
  // Only `nobody` without our groups is told no.
  const probe = [
    '/bin/sh',
    '-c',
    'test "$(id -u)" = 0 || { echo "not as $(id -un)" >&2; exit 1; }; echo fine',
  ] as const;
  expect(await findFence(probe)).toEqual({
    isolation: 'limits',
    refusals: ['namespace: not as nobody', 'unprivileged: not as nobody'],
    output: 'fine\n',
  });
});
