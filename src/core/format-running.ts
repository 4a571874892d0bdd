import type { EntryOf } from '../model/entry.ts';
import type { Verdict } from '../model/verdict.ts';
import { spanText } from './staleness.ts';

/** What an entry says of what runs, without an operation of ours. */
export function sentenceOfWhatRuns(entry: EntryOf<'recovered' | 'drifted' | 'objected' | 'stale'>): string {
  if (entry.kind === 'recovered') return recovery(entry);
  if (entry.kind === 'stale') return staleText(entry);
  return entry.kind === 'drifted' ? `${driftWords[entry.state]}: ${entry.causes.join('; ')}` : objection(entry);
}

const staleText = ({ compared, limit }: EntryOf<'stale'>): string =>
  compared === undefined
    ? `never compared with Git, for more than ${spanText(limit)}`
    : `not compared with Git since ${compared.slice(0, 16).replace('T', ' ')} UTC, for more than ${spanText(limit)}`;

const recovery = ({ after, of }: EntryOf<'recovered'>): string => `recovered: ${recoveries[of]} entry ${after})`;

const recoveries: Readonly<Record<EntryOf<'recovered'>['of'], string>> = {
  release: 'it is what Git declares again (the trouble was',
  drift: 'what was deployed runs again (the drift was',
  comparison: 'it is compared with Git again (it was not in',
  policy: 'the policy of this host has nothing against what runs any more (it had in',
};

const driftWords: Readonly<Record<EntryOf<'drifted'>['state'], string>> = {
  reported: 'drifted, and left so',
  failed: 'cannot be kept as it was deployed',
  waiting: 'drifted, and left so until a window opens',
  fought: 'drifted each time that it was corrected, and now left so',
};

const objection = ({ verdicts, more = 0 }: EntryOf<'objected'>): string =>
  `what runs is against the policy of this host, and goes on: ${verdicts.map(objectionText).join('; ')}${more === 0 ? '' : `, and ${more} more`}`;

const objectionText = ({ service, reason, lift }: Verdict): string =>
  `${service === undefined ? '' : `service ${service} `}${reason}${lift === undefined ? '' : ` (to allow it: ${lift})`}`;
