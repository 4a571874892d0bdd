import { resolve } from 'node:path';
import { good, nextStep } from '../line.ts';
import type { Verb } from '../verb.ts';

export const backup: Verb = {
  name: 'backup',
  group: 'Set up',
  summary: 'writes what cannot be made again into one archive',
  operands: '<file>',
  details: `The deployment log, the host's keys, and the releases that one can go back to. Not the volumes and data folders of apps, nor Git mirrors. A daemon may run meanwhile. The archive holds
secrets: only its owner may read it. Never writes over a file.`,
  examples: [
    {
      command: 'harbormaster backup /srv/backup/harbormaster-2026-01-31.tar.gz',
      does: 'also while the daemon runs',
    },
  ],
  async run(call) {
    const made = await (await call.wired()).backup(resolve(call.operands[0] ?? ''));
    call.answer(made, () => [
      [
        good(`Wrote ${made.file}`),
        `: ${made.files} files, ${Math.ceil(made.bytes / 1024)} KB, the log up to entry ${made.seq}.`,
      ],
      ...nextStep('It holds secrets. Keep it where only root can read it, and not on this host alone.', 2),
    ]);
    return 0;
  },
};
