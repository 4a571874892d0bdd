import { HarborError } from '../../errors.ts';
import type { Verb } from '../verb.ts';

export const healthcheck: Verb = {
  name: 'healthcheck',
  group: 'The daemon',
  summary: 'exits with 0 if the daemon answers',
  details: "For Docker's HEALTHCHECK and for monitoring.",
  examples: [{ command: 'harbormaster healthcheck', does: 'is the daemon of this state directory there?' }],
  async run(call) {
    const { socketPath } = await call.wired();
    const { daemonAnswers } = await import('../../api/probe.ts');
    const daemon = await daemonAnswers(socketPath);
    if (daemon === undefined) {
      throw new HarborError(`no daemon answers on ${socketPath}`, {
        code: 'daemon-unreachable',
        hint: 'Start one: harbormaster run',
      });
    }
    call.answer(daemon, () => [`The daemon answers: pid ${daemon.pid}, version ${daemon.version}.`]);
    return 0;
  },
};
