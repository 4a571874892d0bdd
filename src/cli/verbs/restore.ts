import { resolve } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import { good, nextStep } from '../line.ts';
import type { Verb } from '../verb.ts';
import { verifyView } from '../views/verify.ts';

export const restore: Verb = {
  name: 'restore',
  group: 'Set up',
  summary: 'makes the state directory from a backup',
  operands: '<file>',
  details: `Compares every file with what the archive says of it before anything is put in place; then proves the log. The state directory must not be there, or be empty. Containers that run are
not touched: the next pass finds out what Git asks for by now. Containers that mount files of a repository see them again once they are restarted.`,
  examples: [
    { command: 'harbormaster restore harbormaster-2026-01-31.tar.gz', does: 'into the usual state directory' },
  ],
  async run(call) {
    const wired = await call.wired();
    const made = await wired.restore(resolve(call.operands[0] ?? ''));
    const report = await wired.log.verify();
    call.answer({ ...made, log: report }, () => [
      [
        good(`Restored ${made.stateDir}`),
        `: ${made.files} files of ${made.host}, ${made.at.slice(0, 16).replace('T', ' ')} UTC, by version ${made.version}.`,
      ],
      ...verifyView(report),
      ...nextStep('harbormaster doctor\nharbormaster plan     what has changed since', 2),
    ]);
    return report.ok ? exitCodes.ok : exitCodes.bug;
  },
};
