import { exitCodeOf } from '../../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Verb } from '../verb.ts';
import { verifyView } from '../views/verify.ts';

export const logVerify: Verb = {
  name: 'log verify',
  group: 'The record',
  summary: 'proves that nobody edited the log, and says what that does not prove',
  details:
    'Reads the files of the log only. Exits with 0 if it is whole, 1 if its last line is torn, 70 if it is damaged; then the first bad line is named.',
  examples: [
    { command: 'harbormaster log verify', does: 'check every line of the log' },
    { command: 'harbormaster log verify --json', does: 'for a program, e.g. to keep the head elsewhere' },
  ],
  async run(call) {
    const report = await (await call.wired()).log.verify();
    call.answer(report, () => verifyView(report));
    if (report.problem !== undefined) return exitCodeOf('log-corrupt');
    return report.ok ? exitCodes.ok : exitCodes.world;
  },
};
