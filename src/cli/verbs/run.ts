import { sayOnInterrupt } from '../interrupt.ts';
import type { Verb } from '../verb.ts';

export const run: Verb = {
  name: 'run',
  group: 'The daemon',
  summary: 'keeps this host as Git declares, until it is stopped',
  details: `Looks at Git, deploys what changed, heals what stopped, and writes the log. What it does is on stderr, one JSON object a line.
SIGTERM and SIGINT finish the current step, then stop; apps keep running. SIGHUP reads the configuration again.`,
  examples: [
    { command: 'harbormaster run', does: 'in the foreground, for systemd or a container' },
    { command: 'harbormaster run --config /srv/harbormaster.yml', does: 'with another configuration' },
  ],
  endsInOrder: true,
  async run(call) {
    const { serveOn } = await import('../../api/server.ts');
    const wired = await call.wired();
    sayOnInterrupt(call);
    await wired.daemon(call.signal, serveOn);
    return 0;
  },
};
