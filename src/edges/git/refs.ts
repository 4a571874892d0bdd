import { highestTag } from '../../core/version-range.ts';
import { HarborError } from '../../errors.ts';
import type { Ref } from '../../model/app.ts';
import type { Refs } from './pkt-line.ts';
import { hasControls, printable } from './text.ts';
import { withoutCredentials } from './url.ts';

const folders = { branch: 'refs/heads/', tag: 'refs/tags/' } as const;

export const isCommitId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** The ref's full name, e.g. `refs/heads/main`; undefined for a commit, and for a range of versions. Throws `config-invalid` for a name that Git would not take. */
export function fullName({ kind, name }: Ref): string | undefined {
  if (kind === 'commit' || kind === 'range') return undefined;
  if (!isRefName(name)) {
    throw new HarborError(`"${printable(name, 80)}" cannot be the name of a ${kind}`, {
      code: 'config-invalid',
      hint: `Give the plain name of the ${kind}, as \`git ${kind} --list\` prints it.`,
    });
  }
  return folders[kind] + name;
}

/** The rules of git-check-ref-format(1); besides, no leading '-'. */
export function isRefName(name: string): boolean {
  if (name === '' || name === '@' || name.startsWith('-') || hasControls(name)) return false;
  if (/[ ~^:?*[\\]|\.\.|@\{|\.$/.test(name)) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** The commit that a ref of kind `commit` names. Throws `config-invalid` for an abbreviation, which may come to mean another commit. */
export function pinnedCommit({ name }: Ref): string {
  const commit = name.toLowerCase();
  if (isCommitId(commit)) return commit;
  throw new HarborError(`"${printable(name, 80)}" is not a full commit id`, {
    code: 'config-invalid',
    hint: 'Write all 40 characters, as `git rev-parse` prints them.',
  });
}

/** The tag that a range of versions leads to: one of exactly that name, or the highest version. */
export function tagOfRange({ name }: Ref, refs: Refs): { readonly tag: string; readonly commit: string } | undefined {
  const tags = [...refs.keys()].flatMap((ref) => (ref.startsWith(folders.tag) ? ref.slice(folders.tag.length) : []));
  const tag = tags.includes(name) ? name : highestTag(name, tags);
  const commit = tag === undefined ? undefined : refs.get(folders.tag + tag);
  return tag === undefined || commit === undefined ? undefined : { tag, commit };
}

/** `existing`: all refs that the repository has, as far as they are known. */
export function refMissing(url: string, { kind, name }: Ref, existing: Refs): HarborError {
  const folder = kind === 'branch' ? folders.branch : folders.tag;
  const names = [...existing.keys()].filter((ref) => ref.startsWith(folder)).map((ref) => ref.slice(folder.length));
  const near = nearest(name, names, 3).map((found) => `"${printable(found, 80)}"`);
  const what = kind === 'range' ? 'tag of a version in' : kind;
  return new HarborError(`There is no ${what} "${printable(name, 80)}" in ${withoutCredentials(url)}`, {
    code: 'ref-missing',
    hint:
      near.length === 0
        ? `The repository has no ${kind === 'range' ? 'tag' : kind} that can be seen.`
        : `Was it deleted or renamed? The nearest that exist: ${near.join(', ')}.`,
  });
}

/** A repository may have any number of names, of any length: so many are looked at at all, so many compared, so many letters of each. */
const most = { seen: 10_000, compared: 200, letters: 60 };

function nearest(name: string, names: readonly string[], count: number): readonly string[] {
  return shortlist(name, names.slice(0, most.seen))
    .map((candidate) => ({ candidate, far: distance(name.slice(0, most.letters), candidate.slice(0, most.letters)) }))
    .sort((left, right) => left.far - right.far || (left.candidate < right.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Those that begin alike, or are about as long. */
function shortlist(name: string, names: readonly string[]): readonly string[] {
  if (names.length <= most.compared) return names;
  const score = (candidate: string): number =>
    Math.abs(candidate.length - name.length) - 2 * commonStart(name, candidate);
  return names
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((left, right) => left.score - right.score)
    .slice(0, most.compared)
    .map(({ candidate }) => candidate);
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** Levenshtein distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    let diagonal = index;
    let left = index + 1;
    row = row.map((above, column) => {
      if (column === 0) return left;
      const cost = Math.min(above + 1, left + 1, diagonal + (letter === to[column - 1] ? 0 : 1));
      diagonal = above;
      left = cost;
      return cost;
    });
  }
  return row[to.length] ?? to.length;
}
