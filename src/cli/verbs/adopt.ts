import { outcomeExitCode, worst } from '../exit-codes.ts';
import { operate } from '../operate.ts';
import { text } from '../option.ts';
import { mayReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';

const options = {
  from: text('from', 'instance', 'another Harbormaster, whose containers may be taken over'),
  reason,
} as const;

export const adopt: Verb = {
  name: 'adopt',
  group: 'By hand',
  summary: 'takes over a project that somebody else started',
  operands: '<app>',
  options: Object.values(options),
  details: `For a project that already runs, from \`docker compose up\` or another tool. Containers that are as Git declares keep running untouched; only the
others are replaced. Volumes stay. What another Harbormaster made is taken over only if --from names it. Exits as \`apply\` does.`,
  examples: [
    { command: 'harbormaster adopt shop', does: 'what `docker compose up` started' },
    {
      command: 'harbormaster adopt shop --from 3f9a62d1 --reason "moved from the old host"',
      does: "another Harbormaster's",
    },
  ],
  endsInOrder: true,
  async run(call) {
    const [app = ''] = call.operands;
    const request = { app, from: call.option(options.from), reason: mayReason(call) };
    const { reports, took } = await operate(call, 'adopt', async (harbor, trigger, progress) => [
      await harbor.adopt(request, trigger, progress),
    ]);
    call.answer({ reports }, () => applyView(reports, took, 'adopt'));
    return worst(reports.map(({ outcome }) => outcomeExitCode(outcome)));
  },
};
