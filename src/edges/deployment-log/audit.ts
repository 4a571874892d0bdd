import type { Entry, EntryOf } from '../../model/entry.ts';
import type { LogState } from '../../model/log-state.ts';
import { type Book, startBook } from './book.ts';
import type { Problem } from './faults.ts';
import { type IntentBook, intentBook } from './intents.ts';
import { segmentsOf } from './segments.ts';
import { start, type Visit, type Walked, walk } from './walk.ts';

type Place = Omit<Problem, 'what'>;

/** What reading every line of the log showed. */
export interface Audit {
  readonly walked: Walked;
  /** The first entry that holds in the chain, and yet cannot be. */
  readonly misdeed: Problem | undefined;
  /** Sequence number of the first entry that is there; 0: none. */
  readonly first: number;
  readonly files: readonly string[];
  readonly repairs: readonly { readonly seq: number; readonly length: number }[];
  readonly open: ReturnType<IntentBook['open']>;
  /** Of the trees that were asked for: the root, and where the line after them stands. By `treeKey`. */
  readonly roots: ReadonlyMap<string, string>;
  readonly nexts: ReadonlyMap<string, Place>;
  readonly state: LogState;
  readonly size: number;
  readonly changes: readonly EntryOf<'key-changed'>[];
  /** Keys that heads of segments name. */
  readonly named: readonly string[];
  readonly pruned: readonly EntryOf<'pruned'>[];
  readonly accepted: readonly EntryOf<'damage-accepted'>[];
}

/** Names a tree by its first entry and its size. */
export const treeKey = (epoch: number, size: number): string => `${epoch}:${size}`;

/** `wanted`: keys of the trees whose roots are asked for. */
export async function audit(directory: string, wanted: ReadonlySet<string>): Promise<Audit> {
  const found = gathering();
  const trees = treeWatch(wanted);
  const intents = intentBook();
  let misdeed: Problem | undefined;
  const visit: Visit = (entry, place, line) => {
    const what = trees.enter(entry, place, line) ?? intents.enter(entry);
    if (what !== undefined) misdeed ??= { ...place, what };
    found.add(entry);
  };
  const walked = await walk(directory, start, visit);
  const files = (await segmentsOf(directory)).map(({ name }) => name);
  const { roots, nexts, book } = trees;
  return {
    walked,
    misdeed,
    files,
    open: intents.open(),
    roots,
    nexts,
    state: book.state(),
    size: book.size(),
    ...found.all,
  };
}

function gathering() {
  const repairs: { seq: number; length: number }[] = [];
  const changes: EntryOf<'key-changed'>[] = [];
  const pruned: EntryOf<'pruned'>[] = [];
  const accepted: EntryOf<'damage-accepted'>[] = [];
  const named = new Set<string>();
  let first = 0;
  const add = (entry: Entry): void => {
    if (first === 0) first = entry.seq;
    if (entry.kind === 'repaired') repairs.push({ seq: entry.seq, length: entry.length });
    if (entry.kind === 'key-changed') changes.push(entry);
    if (entry.kind === 'pruned') pruned.push(entry);
    if (entry.kind === 'damage-accepted') accepted.push(entry);
    if (entry.kind === 'opened' && entry.log?.key !== undefined) named.add(entry.log.key);
  };
  return {
    add,
    get all() {
      return { repairs, changes, pruned, accepted, named: [...named], first };
    },
  };
}

/** Holds what each segment says of the lines before it against those lines, and keeps the roots that are asked for. */
function treeWatch(wanted: ReadonlySet<string>) {
  const book: Book = startBook();
  const roots = new Map<string, string>();
  const nexts = new Map<string, Place>();
  let last = 0;
  const enter = (entry: Entry, place: Place, line: Buffer): string | undefined => {
    // After a gap nothing is known that it could be held against; what a gap is, the walk says.
    const isNext = last !== 0 && entry.seq === last + 1;
    const claimed = entry.kind === 'opened' ? entry.log : undefined;
    const lie = isNext && claimed !== undefined && !isSame(claimed, book.state());
    const before = treeKey(book.state().epoch, book.size());
    if (wanted.has(before)) nexts.set(before, place);
    book.add(entry, line);
    const key = treeKey(book.state().epoch, book.size());
    if (wanted.has(key)) roots.set(key, book.root());
    last = entry.seq;
    return lie ? 'what it says of the lines before it is not true of them' : undefined;
  };
  return { enter, roots, nexts, book };
}

const isSame = (claimed: LogState, ours: LogState): boolean =>
  claimed.epoch === ours.epoch &&
  claimed.tree.join() === ours.tree.join() &&
  claimed.key === ours.key &&
  claimed.pruned === ours.pruned;
