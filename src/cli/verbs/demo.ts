import type { Verb } from '../verb.ts';

export const demo: Verb = {
  name: 'demo',
  group: 'Set up',
  summary: 'shows the main job on this machine, then removes what it made',
  details: `Makes a small Git repository and a temporary state folder, deploys an app from it, changes it, breaks it, and takes everything away again.
Needs a Docker engine, git and a statically linked busybox (Debian: busybox-static); no registry.`,
  examples: [{ command: 'harbormaster demo', does: 'about twenty seconds' }],
  endsInOrder: true,
  async run({ wired, print, signal }) {
    await (await wired()).demo((line) => print.lines([line]), signal);
    return 0;
  },
};
