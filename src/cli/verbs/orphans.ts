import type { Verb } from '../verb.ts';
import { orphansView } from '../views/orphans.ts';

export const orphans: Verb = {
  name: 'orphans',
  group: 'By hand',
  summary: 'what is left on this host of apps that are not declared, and what removes it',
  details: `Containers, networks and volumes of their Compose projects, and their folders in the state directory (data, cache, live, releases). Removes nothing: volumes
and data are never removed by Harbormaster, so each line has the command that does it. Neither Git nor a running daemon is asked.`,
  examples: [
    { command: 'harbormaster orphans', does: 'everything that is left' },
    { command: 'harbormaster orphans --json', does: 'for a program' },
  ],
  async run(call) {
    const wired = await call.wired();
    const { undiscovered } = await wired.loadConfig();
    await using harbor = await wired.reader(call.signal);
    const found = await harbor.orphans();
    call.answer({ orphans: found, undiscovered }, () => orphansView(found, undiscovered, call.now()));
    return 0;
  },
};
