import { HarborError } from '../../errors.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import { wholeNumber } from '../option.ts';
import { type RecordAtHand, recordAtHand } from '../record.ts';
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
    const record = await recordAtHand(call);
    const entry = await record.entry(seq);
    if (entry === undefined) throw await notThere(seq, record);
    const around = await aroundOf(entry, record);
    call.answer(entry, () => entryView(entry, around, call.now()));
    return record.exitCode();
  },
};

async function notThere(seq: number, record: RecordAtHand): Promise<HarborError> {
  const last = await record.last();
  const first = await record.first();
  const hint =
    last === 0 ? 'The deployment log is empty.' : `The log holds ${first} to ${last}; harbormaster log lists them.`;
  return new HarborError(`there is no entry ${seq}`, { code: 'usage', hint });
}

/** What else the log says of the same operation. */
async function aroundOf(entry: Entry, record: RecordAtHand): Promise<Around> {
  const seq = entry.kind === 'finished' ? entry.intent : entry.seq;
  const intent = entry.kind === 'started' ? entry : await record.entry(seq);
  if (intent?.kind !== 'started') return { intent: undefined, steps: [] };
  const steps: EntryOf<'step'>[] = [];
  for await (const each of record.oldest({ apps: [intent.app], kinds: ['step', 'finished'] }, seq)) {
    if (each.kind === 'finished' && each.intent === seq) break;
    if (each.kind === 'step' && each.intent === seq) steps.push(each);
  }
  return { intent, steps };
}
