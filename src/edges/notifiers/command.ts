import * as z from 'zod';
import { HarborError } from '../../errors.ts';
import { defineKind } from '../../kind.ts';
import type { Notifier } from '../../ports.ts';
import { run } from '../process.ts';
import { inMilliseconds, timeLimit } from './time-limit.ts';

const must = 'must be a list of texts: the program, then its arguments';

const options = z.strictObject({
  // Not a secret: every user of the host can read the arguments of a process.
  command: z
    .tuple(
      [z.string({ error: must }).startsWith('/', { error: 'must begin with the absolute path of a program' })],
      z.string({ error: must }),
    )
    .meta({
      title: 'list of texts',
      description:
        'The program, by its absolute path, and its arguments; no shell reads it. It gets the notification as JSON on stdin, and `HARBORMASTER_EVENT`, `HARBORMASTER_APP`, `HARBORMASTER_HOST`.',
      examples: [['/usr/local/bin/page-me', '--urgent']],
    }),
  timeout: timeLimit(60),
});

type Options = z.output<typeof options>;

export const command = defineKind({
  type: 'command',
  runsPrograms: true,
  options,
  create: (given: Options): Notifier => commandNotifier(given),
});

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function commandNotifier({ command: argv, timeout }: Options): Notifier {
  return {
    notify: async (notification) => {
      const { event, app, host } = notification;
      const env = { PATH: path, HARBORMASTER_EVENT: event, HARBORMASTER_APP: app ?? '', HARBORMASTER_HOST: host };
      const { exitCode, stderr } = await run(argv, {
        env,
        limit: inMilliseconds(timeout),
        stdin: JSON.stringify(notification),
        maxOutput: 1024 * 1024,
      });
      if (exitCode === 0) return;
      const said = stderr.trim().split('\n').at(-1) ?? '';
      throw new HarborError(
        `the command ${argv[0]} ended with exit code ${exitCode}${said === '' ? '' : `: ${said.slice(0, 500)}`}`,
        {
          code: 'notify-failed',
          hint: 'Run it by hand, with a notification on stdin.',
        },
      );
    },
  };
}
