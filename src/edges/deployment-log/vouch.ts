import { type Audit, treeKey } from './audit.ts';
import { type Checkpoint, epochOf, parseCheckpoint } from './checkpoint.ts';
import type { Problem } from './faults.ts';
import { judge, type Keys } from './keys.ts';
import { parseNote } from './signed-note.ts';

/** A checkpoint that somebody holds, as the text of a note. */
export interface Held {
  readonly note: string;
  /** Where it is, for people: `the checkpoint 000000000001.checkpoint`. */
  readonly where: string;
}

export interface Vouched {
  /** Last entry that a checkpoint covers, whose signature is good and whose root is that of the lines; 0: none. */
  readonly covered: number;
  /** How many say so. */
  readonly count: number;
  /** How many are about lines that are not there any more, or never were readable again. */
  readonly unknown: number;
  /** The first one that does not hold. */
  readonly problem: Problem | undefined;
}

type Finding =
  | { readonly kind: 'holds'; readonly last: number; readonly key: string }
  | { readonly kind: 'unknown' }
  /** Signed by a key that the log names, and that the given one knows nothing of. */
  | { readonly kind: 'foreign'; readonly where: string }
  | { readonly kind: 'wrong'; readonly what: string };

/** Which log it is that checkpoints must be about. */
export interface Bench {
  readonly name: string;
  readonly keys: Keys;
}

/** Holds checkpoints, oldest first, against the lines. */
export function vouch(held: readonly Held[], { name, keys }: Bench, found: Audit): Vouched {
  let [covered, count, unknown] = [0, 0, 0];
  let sound: string | undefined;
  const wrongly = (what: string): Vouched => ({
    covered,
    count,
    unknown,
    problem: { ...placeAfter(sound, found), what },
  });
  for (const [index, each] of held.entries()) {
    const finding = weigh(each, { name, keys }, found);
    if (finding.kind === 'unknown' || finding.kind === 'foreign') unknown += 1;
    if (finding.kind === 'wrong') return wrongly(finding.what);
    // Older ones may be by keys before the given one; the newest may not.
    if (finding.kind === 'foreign' && keys.given && index === held.length - 1)
      return wrongly(`${finding.where} is signed with a key that the given one did not hand over to`);
    if (finding.kind !== 'holds') continue;
    count += 1;
    covered = Math.max(covered, finding.last);
    sound = finding.key;
  }
  return { covered, count, unknown, problem: undefined };
}

function weigh({ note, where }: Held, { name, keys }: Bench, found: Audit): Finding {
  const checkpoint = parseCheckpoint(note);
  const parsed = parseNote(note);
  if (checkpoint === undefined || parsed === undefined) return wrong(`${where} is no checkpoint any more`);
  const verdict = judge(parsed, [...keys.trusted, ...keys.known]);
  if (verdict === 'bad') return wrong(`${where} was changed: its signature does not hold`);
  if (verdict === 'stranger') return wrong(`${where} is signed by none of the keys that are known here`);
  const epoch = epochOf(checkpoint, name);
  if (epoch === undefined) return wrong(`${where} is about another log, ${checkpoint.origin}`);
  return compare(checkpoint, epoch, { where, found, isTrusted: judge(parsed, keys.trusted) === 'good' });
}

function compare(
  { size, root }: Checkpoint,
  epoch: number,
  { where, found, isTrusted }: { readonly where: string; readonly found: Audit; readonly isTrusted: boolean },
): Finding {
  const last = epoch + size - 1;
  const ours = found.roots.get(treeKey(epoch, size));
  const said = `${where} covers ${size === 1 ? '1 entry' : `${size} entries`}, up to entry ${last}`;
  if (ours === root) return isTrusted ? { kind: 'holds', last, key: treeKey(epoch, size) } : { kind: 'foreign', where };
  if (ours !== undefined && isGivenUp(last, found)) return { kind: 'unknown' };
  if (ours !== undefined)
    return wrong(`${said}, and they are not those that it was made of: entries were written anew`);
  const end = found.walked.position.chain.seq;
  const isWhole = found.walked.problem === undefined;
  if (isWhole && epoch === found.state.epoch && last > end)
    return wrong(`${said}, and the log ends with entry ${end}: its end was cut off`);
  return { kind: 'unknown' };
}

/** Damage that a person accepted shows in the line after it: the one before may be what was changed. */
const isGivenUp = (last: number, { accepted }: Audit): boolean =>
  accepted.some(({ after, before }) => last >= after && last < before);

const wrong = (what: string): Finding => ({ kind: 'wrong', what });

/** The first line that no sound checkpoint before covers. */
function placeAfter(sound: string | undefined, { nexts, walked, files, first }: Audit): Omit<Problem, 'what'> {
  const { segment, lines, offset, chain } = walked.position;
  const end = { file: segment?.name ?? files[0] ?? '', line: lines + 1, offset, seq: chain.seq + 1 };
  if (sound !== undefined) return nexts.get(sound) ?? end;
  return first === 0 ? end : { file: files[0] ?? '', line: 1, offset: 0, seq: first };
}
