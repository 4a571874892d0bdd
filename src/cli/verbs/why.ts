import { HarborError } from '../../errors.ts';
import { withHarbor } from '../harbor-at-hand.ts';
import type { Verb } from '../verb.ts';
import { leavingView } from '../views/leaving.ts';
import { whyView } from '../views/why.ts';

export const why: Verb = {
  name: 'why',
  group: 'Every day',
  summary: 'why an app is as it is, and the command that lifts each block',
  operands: '<app>',
  details: `The five answers (source, sync, health, operation, blocked by), each block with its code, its time and what lifts it, which release Git asks for,
which was tried, which is there and which was healthy, where these differ, and the policies in force. Changes nothing; Git is not asked.`,
  examples: [
    { command: 'harbormaster why shop', does: 'why does it not deploy?' },
    { command: 'harbormaster why shop --json', does: 'for a program' },
  ],
  async run(call) {
    const [name = ''] = call.operands;
    const { apps, leaving } = await withHarbor(
      call,
      (wired) => wired.reader(call.signal),
      (harbor) => harbor.status([name]),
    );
    const gone = leaving?.find((each) => each.app === name && !each.moved);
    if (gone) {
      call.answer(gone, () => leavingView(gone, call.now()));
      return 0;
    }
    const app = apps.find((each) => each.app === name);
    if (app === undefined) throw new HarborError(`there is no app ${name}`, { code: 'app-unknown' });
    call.answer(app, () => whyView(app, call.now()));
    return 0;
  },
};
