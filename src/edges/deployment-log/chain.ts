import { sha256 } from '../../core/digest.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import type { LogState } from '../../model/log-state.ts';
import { decode } from './line.ts';
import { subtreesOf } from './merkle.ts';

/** One line of a segment. */
export interface RawLine {
  /** Without the newline. */
  readonly bytes: Buffer;
  readonly terminated: boolean;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** From 1. */
  readonly number: number;
}

/** Lines after the last valid one that are no entries: a torn write, if the very next entry covers them. */
export interface Dead {
  readonly first: RawLine;
  readonly bytes: Buffer;
  readonly what: string;
}

/** How far the chain holds. */
export interface Chain {
  /** Of the last valid entry; 0 before the first. */
  readonly seq: number;
  /** SHA-256 of its line; empty: not known, the segment's first line says it. */
  readonly prev: string;
  /** The segment has begun with its `opened`. */
  readonly opened: boolean;
  readonly dead: Dead | undefined;
}

export const genesis: Chain = { seq: 0, prev: '0'.repeat(64), opened: false, dead: undefined };

/** As a segment's first line says it, whatever was before. */
export const before = (first: number): Chain => (first === 1 ? genesis : { ...genesis, seq: first - 1, prev: '' });

export type Accepted =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly chain: Chain }
  | { readonly kind: 'dead'; readonly chain: Chain }
  | { readonly kind: 'broken'; readonly line: RawLine; readonly what: string };

/** Holds the next line against the chain. */
export function accept(chain: Chain, line: RawLine): Accepted {
  const decoded = decode(line.bytes);
  if (decoded.kind === 'noise')
    return { kind: 'dead', chain: { ...chain, dead: buried(chain.dead, line, decoded.what) } };
  if (decoded.kind === 'foreign') return { kind: 'broken', line, what: decoded.what };
  const { entry } = decoded;
  const wrong = whyNoSuccessor(chain, entry);
  if (wrong === 'uncovered' && chain.dead) {
    return { kind: 'broken', line: chain.dead.first, what: `${chain.dead.what}, and no repair covers it` };
  }
  if (wrong !== undefined) return { kind: 'broken', line, what: wrong };
  const opened = chain.opened || entry.kind === 'opened';
  return { kind: 'entry', entry, chain: { seq: entry.seq, prev: sha256(line.bytes), opened, dead: undefined } };
}

function whyNoSuccessor(chain: Chain, entry: Entry): string | undefined {
  if (chain.dead && !(entry.kind === 'repaired' && covers(entry, chain.dead))) return 'uncovered';
  if (!chain.dead && entry.kind === 'repaired') return 'it covers a torn write that is not there';
  if (entry.seq !== chain.seq + 1) return `its seq is ${entry.seq}, where ${chain.seq + 1} must follow`;
  if (chain.prev !== '' && entry.prev !== chain.prev)
    return 'its prev is not the hash of the line before: one of the two was changed';
  const mayBegin = entry.kind === 'opened' || (entry.kind === 'repaired' && chain.prev !== '');
  if (!chain.opened && !mayBegin) return 'the segment does not begin with "opened"';
  if (entry.kind === 'opened' && entry.log && !isTreeOf(entry.log, entry.seq))
    return 'its tree has another size than it says';
  return undefined;
}

const isTreeOf = ({ epoch, tree }: LogState, seq: number): boolean =>
  epoch <= seq && subtreesOf(seq - epoch) === tree.length;

const covers = ({ offset, length, sha256: digest }: EntryOf<'repaired'>, { first, bytes }: Dead): boolean =>
  offset === first.offset && length === bytes.length && digest === sha256(bytes);

function buried(before: Dead | undefined, line: RawLine, what: string): Dead {
  const bytes = line.terminated ? Buffer.concat([line.bytes, newline]) : line.bytes;
  return before === undefined
    ? { first: line, bytes, what }
    : { ...before, bytes: Buffer.concat([before.bytes, bytes]) };
}

export const newline = Buffer.from('\n');
