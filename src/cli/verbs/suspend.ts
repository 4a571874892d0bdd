import { all, allOrOne } from '../all-or-one.ts';
import { note } from '../operate.ts';
import { flag, text } from '../option.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

const options = {
  all,
  reason,
  until: text('until', 'when', 'for so long (30m, 2h, 3d), or until a time (2026-01-31T18:00Z); default: a day'),
  forever: flag('forever', 'until somebody resumes it'),
} as const;

export const suspend: Verb = {
  name: 'suspend',
  group: 'By hand',
  summary: 'nothing acts on an app, or on the host, for a while',
  operands: '[app]',
  options: Object.values(options),
  details: `Nothing is deployed, healed or removed, whatever Git says; \`apply\`, \`retry\`, \`rollback\` and \`adopt\` are refused. Git and what runs are still looked at:
\`status\`, \`plan\` and \`why\` tell everything. What is being done now comes to its end. To suspend again changes the end. A time without a zone is UTC.`,
  examples: [
    { command: 'harbormaster suspend shop --until 2h --reason "I look into its database"', does: 'for two hours' },
    { command: 'harbormaster suspend --all --reason "the host is moved"', does: 'every app, for a day' },
    { command: 'harbormaster suspend shop --forever --reason "sold"', does: 'until somebody resumes it' },
  ],
  async run(call) {
    const app = allOrOne(call, 'suspend');
    const until = call.option(options.until);
    const forever = call.option(options.forever);
    const end = [...(until === undefined ? [] : ['--until', until]), ...(forever ? ['--forever'] : [])];
    const why = mustReason(call, ['suspend', app ?? '--all', ...end]);
    return note(call, 'suspend', (harbor, trigger) => harbor.suspend({ app, reason: why, until, forever }, trigger));
  },
};
