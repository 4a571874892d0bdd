import { HarborError } from '../../errors.ts';
import type { Entry } from '../../model/entry.ts';
import type { Served } from '../served.ts';
import { get, none } from './route.ts';

/** Of one operation so many entries are looked through for its steps. */
const most = 500;

export const logEntry = get({
  path: '/v1/log/:seq',
  right: 'read',
  summary: 'One entry; of an operation also its intent and its steps',
  query: none,
  answers: { kind: 'json', shape: 'entryInFull' },
  async answer({ param }, { harbor }) {
    const seq = numberOf(param('seq'));
    const entry = await entryAt(seq, harbor);
    if (entry === undefined) throw new HarborError(`there is no entry ${seq}`, { code: 'usage' });
    if (entry.kind !== 'finished' && entry.kind !== 'started') return { entry, steps: [] };
    const begun = entry.kind === 'finished' ? entry.intent : seq;
    const intent = entry.kind === 'finished' ? await entryAt(begun, harbor) : entry;
    const { entries } = await harbor.log(
      { apps: [entry.app], kinds: ['step', 'finished'] },
      { order: 'oldest', after: begun, limit: most },
    );
    const steps = entries.filter((each) => each.kind === 'step' && each.intent === begun);
    return { entry, intent, steps };
  },
});

async function entryAt(seq: number, { log }: Served): Promise<Entry | undefined> {
  const { entries } = await log({}, { order: 'oldest', after: seq - 1, limit: 1 });
  return entries.find((entry) => entry.seq === seq);
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new HarborError(`the number of an entry must be a whole number, not '${text}'`, { code: 'usage' });
}
