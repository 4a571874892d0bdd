import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../../../src/edges/notifiers/command.ts';
import { Secret } from '../../../src/model/secret.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { notification } from './notification.ts';

const notifier = (argv: readonly string[], timeout?: string) =>
  command.create(command.options.parse({ command: argv, timeout }));

test('a command gets the notification on stdin and the essentials in its environment, and nothing else of ours', async () => {
  await using folder = await temporaryFolder();
  const [script, out] = [join(folder.path, 'page-me'), join(folder.path, 'out')];
  await writeFile(script, '#!/bin/sh\n{ env | grep -v -e PWD -e SHLVL -e _= | sort; echo "$2"; cat; } > "$1"\n');
  await chmod(script, 0o755);
  await notifier([script, out, '$(id); *']).notify(notification({ event: 'blocked' }));
  const [app, event, host, path, argument, json] = (await readFile(out, 'utf8')).split('\n');
  expect([app, event, host]).toEqual(['HARBORMASTER_APP=web', 'HARBORMASTER_EVENT=blocked', 'HARBORMASTER_HOST=host1']);
  expect(path).toMatch(/^PATH=/);
  expect(argument).toBe('$(id); *');
  expect(JSON.parse(json ?? '')).toMatchObject({ event: 'blocked', app: 'web', entry: { kind: 'refused' } });
});

test('a command that fails, hangs or is missing is told', async () => {
  await expect(
    notifier(['/bin/sh', '-c', 'echo first >&2; echo no route >&2; exit 3']).notify(notification()),
  ).rejects.toMatchObject({
    code: 'notify-failed',
    message: 'the command /bin/sh ended with exit code 3: no route',
  });
  await expect(notifier(['/bin/sh', '-c', 'sleep 60'], '1s').notify(notification())).rejects.toMatchObject({
    code: 'timeout',
  });
  await expect(notifier(['/none/such']).notify(notification())).rejects.toMatchObject({ code: 'tool-missing' });
});

test('a command that does not read its stdin is fine', async () => {
  await notifier(['/bin/true']).notify(notification({ summary: 'x'.repeat(1_000_000) }));
});

test('options are checked: an absolute program, no secret among the arguments', () => {
  for (const wrong of [[], ['page-me'], '/bin/true', ['/bin/true', new Secret('abcd')]]) {
    expect(command.options.safeParse({ command: wrong }).success).toBe(false);
  }
});
