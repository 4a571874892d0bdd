import { withHarbor } from '../harbor-at-hand.ts';
import type { Verb } from '../verb.ts';
import { statusView } from '../views/status.ts';

export const status: Verb = {
  name: 'status',
  group: 'Every day',
  summary: 'the host in one sentence, its apps, and what lifts each trouble',
  operands: '[apps...]',
  details: `For each app: source (was Git reached), sync (does what runs match it), health (of the containers), and what blocks it since when.
Git is not asked: that is what \`plan\` is for.`,
  examples: [
    { command: 'harbormaster status', does: 'every app of this host' },
    { command: 'harbormaster status shop', does: 'one app' },
    { command: 'harbormaster status --json', does: 'for a program' },
  ],
  async run(call) {
    const host = await withHarbor(
      call,
      (wired) => wired.reader(call.signal),
      (harbor) => harbor.status(call.operands),
    );
    call.answer(host, () => statusView(host, call.now()));
    return 0;
  },
};
