import type { EntryOf } from '../model/entry.ts';
import { because, byWhom } from './by-whom.ts';

type OfTheLog = EntryOf<'key-changed' | 'pruned' | 'damage-accepted' | 'contradicted'>;

/** What an entry says that is about the log itself, in one sentence. */
export function sentenceOfTheLog(entry: OfTheLog): string {
  switch (entry.kind) {
    case 'key-changed':
      return keyChange(entry);
    case 'pruned':
      return `entries ${entry.files[0]?.first ?? 1} to ${entry.through} left: ${entry.because}; ${entry.witness} holds a checkpoint that covers them`;
    case 'damage-accepted':
      return `damage accepted${byWhom(entry.trigger)}: line ${entry.line} of ${entry.file} (${entry.what}), because "${entry.reason}"; entries ${entry.after + 1} to ${entry.before - 1} are lost`;
    case 'contradicted':
      return `ALARM: the witness ${entry.witness} holds a checkpoint of ${entry.size} entries that this log contradicts: one of the two was rewritten`;
    default:
      return entry satisfies never;
  }
}

function keyChange(entry: EntryOf<'key-changed'>): string {
  const { from, to, handover, reason } = entry;
  if (from === undefined) return `checkpoints are signed with the key ${to}`;
  const how = handover === undefined ? ', which the old one did not confirm' : '';
  return `checkpoints are signed with another key${byWhom(entry.trigger)}: ${to}${how}${because(reason)}`;
}
