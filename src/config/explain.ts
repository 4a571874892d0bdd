import type { z } from 'zod';
import { nearest } from '../core/nearest.ts';
import type { JsonSchema } from './json-schema.ts';
import { commonKeys } from './notifier-schema.ts';
import { type Problem, printable, problemAt, quoted } from './problems.ts';
import { either } from './sentences.ts';
import { strangeKey } from './strange-key.ts';
import { type Node, nodeAt, type Path, type ScalarNode, textOf } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** From zod's issues to problems: where it stands, what would be right, and what is there instead, unless that could be a secret. */
export function explain(issues: readonly Issue[], root: Node, schema: JsonSchema): readonly Problem[] {
  return issues.flatMap((issue) => explainOne(issue, [], { root, schema }));
}

interface Context {
  readonly root: Node;
  readonly schema: JsonSchema;
}

function explainOne(issue: Issue, above: Path, context: Context): readonly Problem[] {
  const { root } = context;
  const path = [...above, ...issue.path.map(pathPart)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problemAt(root, [...path, key], strangeKey([...path, key], context.schema, root)));
  }
  if (issue.code === 'invalid_key') return [problemAt(root, path, issue.issues[0]?.message ?? issue.message)];
  if (issue.code === 'invalid_union') {
    if (issue.discriminator !== undefined) return [kindProblem(path, optionsOf(issue), root)];
    const meant = issue.errors.find((issues) => !issues.some(isWrongTypeAtTop));
    if (meant) return meant.flatMap((inner) => explainOne(inner, path, context));
  }
  return [problemAt(root, path, `${told(issue.message, root, path)}${instead(issue, nodeAt(root, path))}`)];
}

const pathPart = (part: PropertyKey): string | number => (typeof part === 'number' ? part : String(part));
const isWrongTypeAtTop = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;

/** An entry of a list whose `type` is missing or names no kind. */
function kindProblem(path: Path, kinds: readonly string[], root: Node): Problem {
  const node = nodeAt(root, path);
  const must = `must be ${either(kinds)}`;
  const meant = nearest(textOf(node) ?? '', kinds);
  return problemAt(root, path, `${told(must, root, path)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
}

function optionsOf(issue: Issue): readonly string[] {
  const options = 'options' in issue ? issue.options : undefined;
  return Array.isArray(options) ? options.map(String) : [];
}

/** What would be right, and what is there instead; a reason or advice after the first "; " stays at the end. */
function told(message: string, root: Node, path: Path): string {
  const node = nodeAt(root, path);
  if (node === undefined) return `is missing; it ${message}`;
  if (node.kind === 'scalar' && node.value === null) return `is empty; it ${message}`;
  const there = whatIsThere(node, path);
  if (there === undefined || !message.startsWith('must be ')) return message;
  const [must, ...advice] = message.split('; ');
  return [`${must}, not ${there}`, ...advice].join('; ');
}

function whatIsThere(node: Node, path: Path): string | undefined {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  return isPublic(path) && node.from.length === 0 ? shown(node) : undefined;
}

const shown = (node: ScalarNode): string => (typeof node.value === 'string' ? quoted(node.value) : node.text);

/** Whether a value that stands in the file may be repeated in a message: only where nobody puts a secret. */
function isPublic(path: Path): boolean {
  if (path[0] === 'notifiers') return commonKeys.includes(String(path[2]));
  return path.length > 0 && !path.some((part) => ['token', 'url', 'environment', 'headers'].includes(String(part)));
}

function instead(issue: Issue, node: Node | undefined): string {
  const write: unknown = issue.code === 'custom' ? issue.params?.['write'] : undefined;
  const literal = node?.kind === 'scalar' && node.from.length === 0;
  return typeof write === 'string' && literal ? `; write \`${printable(write)}\`` : '';
}
