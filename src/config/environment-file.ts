import { extname } from 'node:path';
import { parseTree } from './parse.ts';
import type { Problem } from './problems.ts';
import { variableFault } from './sense.ts';
import type { Mark } from './tree.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly at: Mark;
}

export interface Variables {
  readonly variables: readonly Variable[];
  readonly problems: readonly Problem[];
}

export interface FileName {
  /** Its ending tells the format. */
  readonly name: string;
  /** What problems call it: a name that was interpolated is a secret. */
  readonly shown: string;
}

/** Reads an environment file: `KEY=value` lines, or a flat map if its name ends in .yml, .yaml or .json. No value is ever repeated in a problem. */
export function parseEnvironmentFile(text: string, { name: path, shown }: FileName): Variables {
  const isMap = ['.yml', '.yaml', '.json'].includes(extname(path).toLowerCase());
  const { variables, problems } = isMap ? fromMap(text, shown) : fromLines(text, shown);
  const reserved = variables.flatMap(({ name, at }) => {
    const fault = variableFault(name);
    return fault === undefined ? [] : [{ at, path: [name], text: fault }];
  });
  return { variables, problems: [...problems, ...reserved] };
}

function fromMap(text: string, file: string): Variables {
  const { root, problems } = parseTree(text, file);
  if (root === undefined) return { variables: [], problems };
  if (root.kind !== 'map') {
    return {
      variables: [],
      problems: [...problems, { at: root.at, path: [], text: 'must be a map such as `KEY: value`' }],
    };
  }
  const variables: Variable[] = [];
  const wrong: Problem[] = [];
  for (const [name, { at, node }] of root.entries) {
    if (node.kind !== 'scalar') wrong.push({ at, path: [name], text: `must be text or a number, not a ${node.kind}` });
    else variables.push({ name, value: node.text, at });
  }
  return { variables, problems: [...problems, ...wrong] };
}

const blank = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const head = /[ \t]*(?:export[ \t]+)?([^\s=#"']+)[ \t]*=[ \t]*/y;
const value = /"([^"\\]*(?:\\.[^"\\]*)*)"|'([^']*)'|([^\n]*)/sy;
const tail = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;

/** The `.env` format as Docker reads it, without interpolation: comments, `export`, single and double quotes (over several lines). */
function fromLines(content: string, file: string): Variables {
  const text = content.replaceAll('\r\n', '\n');
  const variables: Variable[] = [];
  const problems: Problem[] = [];
  let offset = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    offset += match?.[0].length ?? 0;
    line += match?.[0].split('\n').length ?? 1;
    line -= 1;
    return match;
  };
  while (offset < text.length) {
    const at = { file, line, column: 1 };
    if (take(blank)) continue;
    const name = take(head)?.[1];
    if (name === undefined) {
      problems.push({ at, path: [], text: 'must be KEY=value, a comment (#) or empty' });
      take(/[^\n]*(?:\n|$)/y);
      continue;
    }
    const [, double, single, plain] = take(value) ?? [];
    if (plain !== undefined && /^["']/.test(plain))
      return { variables, problems: [...problems, { at, path: [name], text: 'opens a quote that is not closed' }] };
    variables.push({ name, at, value: plain?.replace(/(?:^|\s)#.*$/, '').trim() ?? single ?? unescaped(double ?? '') });
    if (take(tail)) continue;
    problems.push({ at, path: [name], text: 'has text after its closing quote' });
    take(/[^\n]*(?:\n|$)/y);
  }
  return { variables, problems };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, (whole, char: string) => escapes[char] ?? whole);
