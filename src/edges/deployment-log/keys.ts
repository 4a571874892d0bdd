import type { EntryOf } from '../../model/entry.ts';
import { judgeNote, type Note, parseNote, parseVerifierKey, type Verifier } from './signed-note.ts';
import { heirOf } from './signing-key.ts';

/** Which keys a proof knows: the one that was given, and those that the log names. */
export interface Keys {
  /** Those that may vouch: the given one, and its heirs. Where none was given, all that the log names. */
  readonly trusted: readonly Verifier[];
  readonly known: readonly Verifier[];
  /** Whether one was given. */
  readonly given: boolean;
}

type KeyChange = Pick<EntryOf<'key-changed'>, 'from' | 'to' | 'handover'>;

/** `named`: that the log names besides, at the head of a segment. `changes`: oldest first. */
export function keysOf(given: Verifier | undefined, named: readonly string[], changes: readonly KeyChange[]): Keys {
  const all = [...named, ...changes.flatMap(({ from, to }) => [from ?? [], to].flat())];
  const known = [...new Set(all)].flatMap((key) => parseVerifierKey(key) ?? []);
  if (given === undefined) return { trusted: known, known, given: false };
  let trusted = [given];
  for (const change of changes)
    if (isHanded(change, trusted)) trusted = [...trusted, ...[parseVerifierKey(change.to) ?? []].flat()];
  return { trusted, known: [...trusted, ...known], given: true };
}

/** Whether a trusted key says itself who comes after it. */
function isHanded({ to, handover }: KeyChange, trusted: readonly Verifier[]): boolean {
  const note = handover === undefined ? undefined : parseNote(handover);
  return note !== undefined && heirOf(note.text) === to && judge(note, trusted) === 'good';
}

/** What any of the keys says of a note. */
export function judge(note: Note, keys: readonly Verifier[]): 'good' | 'bad' | 'stranger' {
  const verdicts = keys.map((key) => judgeNote(note, key));
  if (verdicts.includes('bad')) return 'bad';
  return verdicts.includes('good') ? 'good' : 'stranger';
}
