import type { Verb } from '../verb.ts';

export const schema: Verb = {
  name: 'schema',
  group: 'Set up',
  summary: 'prints the JSON Schema of harbormaster.yml',
  details:
    'For editors: a first line `# yaml-language-server: $schema=FILE` in harbormaster.yml makes them check and complete while you type.',
  examples: [{ command: 'harbormaster schema > harbormaster.schema.json', does: 'for your editor' }],
  async run({ wired, print }) {
    print.json((await wired()).schema());
    return 0;
  },
};
