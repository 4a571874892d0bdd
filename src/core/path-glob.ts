import type { PathSearch } from '../model/path-search.ts';
import { matchesExactly } from './glob.ts';

/** Whether a file is meant, by its path alone. */
export const isMeant = ({ patterns, exclude }: PathSearch, path: string): boolean =>
  patterns.some((pattern) => fits(pattern, path)) && !isLeftOut(exclude, path);

/** Whether anything below a folder may be meant: who looks need not go anywhere else. */
export const mayHold = ({ patterns, exclude }: PathSearch, folder: string): boolean =>
  patterns.some((pattern) => leavesMore(pattern, folder)) && !isLeftOut(exclude, folder);

const isLeftOut = (exclude: readonly string[], path: string): boolean =>
  path
    .split('/')
    .some((_, index, names) => exclude.some((pattern) => fits(pattern, names.slice(0, index + 1).join('/'))));

function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  return positionsAfter(parts, path).has(parts.length);
}

function leavesMore(pattern: string, folder: string): boolean {
  const parts = pattern.split('/');
  return [...positionsAfter(parts, folder)].some((position) => position < parts.length);
}

/** How far into the pattern the names of a path may have come: one set of positions a name, whatever the pattern. */
function positionsAfter(parts: readonly string[], path: string): ReadonlySet<number> {
  let positions = withSkips(parts, [0]);
  for (const name of path.split('/'))
    positions = withSkips(
      parts,
      [...positions].flatMap((at) => onwards(parts, at, name)),
    );
  return positions;
}

function onwards(parts: readonly string[], at: number, name: string): readonly number[] {
  const part = parts[at];
  if (part === undefined) return [];
  if (part === '**') return [at];
  return matchesExactly(part, name) ? [at + 1] : [];
}

/** `**` also stands for no folder at all. */
function withSkips(parts: readonly string[], positions: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>();
  for (const position of positions) {
    let at = position;
    all.add(at);
    while (parts[at] === '**') {
      at += 1;
      all.add(at);
    }
  }
  return all;
}
