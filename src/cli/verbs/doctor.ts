import { exitCodes } from '../exit-codes.ts';
import type { Verb } from '../verb.ts';
import { doctorView } from '../views/doctor.ts';

export const doctor: Verb = {
  name: 'doctor',
  group: 'Set up',
  summary: 'checks engine, Compose, Git, permissions, clock, disk and paths',
  details: 'Changes nothing. Exits with 1 if a check fails.',
  examples: [{ command: 'harbormaster doctor', does: 'before the first run, or when something is odd' }],
  async run(call) {
    const checks = await (await call.wired()).doctor();
    call.answer({ checks }, () => doctorView(checks));
    return checks.some(({ state }) => state === 'fail') ? exitCodes.world : exitCodes.ok;
  },
};
