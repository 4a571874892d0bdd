import { HarborError } from '../../errors.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import { wholeNumber } from '../option.ts';
import type { Verb } from '../verb.ts';
import { type Around, entryView } from '../views/entry.ts';

export const logShow: Verb = {
  name: 'log show',
  group: 'The record',
  summary: 'one entry in full',
  operands: '<entry>',
  examples: [
    { command: 'harbormaster log show 42', does: 'entry 42: what was asked for, decided and done' },
    { command: 'harbormaster log show 42 --json', does: 'as it is in the log' },
  ],
  async run(call) {
    const seq = wholeNumber('the number of an entry', call.operands[0] ?? '');
    const entries = await (await call.wired()).log.entries();
    const entry = entries.find((each) => each.seq === seq);
    if (entry === undefined) throw notThere(seq, entries);
    call.answer(entry, () => entryView(entry, aroundOf(entry, entries), call.now()));
    return 0;
  },
};

function notThere(seq: number, entries: readonly Entry[]): HarborError {
  const last = entries.at(-1);
  const hint =
    last === undefined
      ? 'The deployment log is empty.'
      : `The log holds ${entries[0]?.seq} to ${last.seq}; harbormaster log lists them.`;
  return new HarborError(`there is no entry ${seq}`, { code: 'usage', hint });
}

function aroundOf(entry: Entry, entries: readonly Entry[]): Around {
  const seq = entry.kind === 'finished' ? entry.intent : entry.seq;
  return {
    intent: entries.find((each): each is EntryOf<'started'> => each.kind === 'started' && each.seq === seq),
    steps: entries.filter((each): each is EntryOf<'step'> => each.kind === 'step' && each.intent === seq),
  };
}
