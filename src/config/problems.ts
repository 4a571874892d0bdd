import { HarborError } from '../errors.ts';
import { type Mark, markAt, type Node, type Path } from './tree.ts';

/** One thing that is wrong in a file, said so that its author can put it right. Never holds a secret. */
export interface Problem {
  readonly at: Mark;
  readonly path: Path;
  readonly text: string;
}

export const problemAt = (root: Node, path: Path, text: string): Problem => ({ at: markAt(root, path), path, text });

/** Every problem, one a line, in the order of the file. */
export function configInvalid(problems: readonly Problem[]): HarborError {
  const lines = [...new Set([...problems].sort(byPlace).map(line))];
  const shown = lines.length > most ? [...lines.slice(0, most), `… and ${lines.length - most} more`] : lines;
  return new HarborError(shown.join('\n'), {
    code: 'config-invalid',
    hint: 'docs/configuration.md lists every key; with the output of `harbormaster schema` an editor checks while you type.',
    at: lines[0] === undefined ? undefined : place([...problems].sort(byPlace)[0]),
  });
}

/** Beyond this the reader has one mistake in a hundred places. */
const most = 100;

const line = (problem: Problem): string =>
  [place(problem), ...(problem.path.length > 0 ? [pathText(problem.path)] : []), problem.text].join(': ');

const place = (problem: Problem | undefined): string | undefined =>
  problem &&
  (problem.at.line === 0 ? problem.at.file : `${printable(problem.at.file)}:${problem.at.line}:${problem.at.column}`);

/** `apps.web.url`, `notifiers[0].url`; a key that is not a plain word in quotes. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const key = /^[\w-]+$/.test(part) ? part : quoted(part);
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** In quotes, short and printable. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text));
}

/** Without anything that moves a terminal's cursor or turns its text around. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function byPlace(a: Problem, b: Problem): number {
  if (a.at.file !== b.at.file) return 0;
  return a.at.line - b.at.line || a.at.column - b.at.column;
}
