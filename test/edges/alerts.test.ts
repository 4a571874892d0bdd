import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const promtool = (...args: string[]) => promisify(execFile)('promtool', args, { cwd: deploy });

test('the alert rules that ship are rules', async () => {
  expect((await promtool('check', 'rules', 'alerts.yml')).stdout).toContain('SUCCESS');
});

test('they raise the alarms that they should, and no others', async () => {
  expect((await promtool('test', 'rules', 'alerts.test.yml')).stdout).toContain('SUCCESS');
});
