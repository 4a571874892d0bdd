import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  Parser,
  type YAMLMap,
  type YAMLParseError,
  type Node as YamlNode,
} from 'yaml';
import { type Problem, quoted } from './problems.ts';
import type { Entry, Mark, Node, Path, ScalarNode } from './tree.ts';

export interface Parsed {
  /** Undefined: nothing but comments, or no YAML at all (then there are problems). */
  readonly root: Node | undefined;
  readonly problems: readonly Problem[];
}

/** More values than this, after aliases are followed, are an attack or an accident. */
const most = 100_000;

/** A configuration is six levels deep. Far deeper ones exhaust the stack of the YAML library, and then V8 may end the whole process. */
const deepest = 100;

/** Reads YAML (1.2, with `<<` merges) into a tree that knows its places. Aliases are followed, within a budget. */
export function parseTree(text: string, file: string): Parsed {
  const lines = new LineCounter();
  const mark = (offset: number): Mark => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const broken = (offset: number, code: Fault['code'], message = ''): Parsed => ({
    root: undefined,
    problems: [{ at: mark(offset), path: [], text: sentence({ code, message }, lineAt(text, offset)) }],
  });
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const tooDeep = deeperThan(tokens, deepest);
  if (tooDeep !== undefined) return broken(tooDeep, 'RESOURCE_EXHAUSTION');
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, merge: true });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (!document) return { root: undefined, problems: [] };
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) return broken(fault.pos[0], fault.code, fault.message);
  if (second) return broken(second.range[0], 'MULTIPLE_DOCS');
  const walk = new Walk(document, mark);
  const root = document.contents === null ? undefined : walk.node(document.contents, []);
  return { root, problems: walk.problems };
}

type Fault = Pick<YAMLParseError, 'code' | 'message'>;

/** Offset of something nested deeper than the limit. Not recursive, for that is what it guards against. */
function deeperThan(tokens: readonly CST.Token[], limit: number): number | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > limit) return token.offset;
    for (const inner of within(token)) if (inner) open.push({ token: inner, depth: depth + 1 });
  }
  return undefined;
}

function within(token: CST.Token): readonly (CST.Token | null | undefined)[] {
  if (token.type === 'document') return [token.value];
  return 'items' in token ? token.items.flatMap((item) => [item.key, item.value]) : [];
}

/** From the YAML library's nodes to ours. Says every duplicate and impossible key on the way. */
class Walk {
  readonly problems: Problem[] = [];
  readonly #document: Document;
  readonly #mark: (offset: number) => Mark;
  readonly #following = new Set<YamlNode>();
  #visited = 0;

  constructor(document: Document, mark: (offset: number) => Mark) {
    this.#document = document;
    this.#mark = mark;
  }

  node(found: unknown, path: Path, fallback: Mark = this.#mark(0)): Node {
    const at = this.#place(found, fallback);
    this.#visited += 1;
    if (this.#visited > most) {
      if (this.#visited === most + 1)
        this.#refuse(at, [], 'holds more than 100,000 values once its aliases are followed');
      return nothing(at);
    }
    if (isAlias(found)) return this.#alias(found, path, at);
    if (isMap(found)) return { kind: 'map', at, entries: this.#entries(found, path, at) };
    if (isSeq(found)) {
      return { kind: 'list', at, items: found.items.map((item, index) => this.node(item, [...path, index], at)) };
    }
    return isScalar(found) ? scalar(found.value, found.source, at) : nothing(at);
  }

  #alias(alias: YamlNode, path: Path, at: Mark): Node {
    const target = isAlias(alias) ? alias.resolve(this.#document) : undefined;
    if (target === undefined) return this.#refuse(at, path, 'refers to an anchor that is not defined above it');
    if (this.#following.has(target)) return this.#refuse(at, path, 'refers to itself');
    this.#following.add(target);
    const node = this.node(target, path, at);
    this.#following.delete(target);
    return node;
  }

  #entries(map: YAMLMap<unknown, unknown>, path: Path, fallback: Mark): ReadonlyMap<string, Entry> {
    const own = new Map<string, Entry>();
    const merged: Node[] = [];
    for (const pair of map.items) {
      const at = this.#place(pair.key, fallback);
      if (isMergeKey(pair)) merged.push(...this.#merged(pair, path, at));
      else this.#add(own, pair, { path, at });
    }
    for (const source of merged) {
      if (source.kind !== 'map') continue;
      for (const [key, entry] of source.entries) if (!own.has(key)) own.set(key, entry);
    }
    return own;
  }

  #add(own: Map<string, Entry>, pair: Pair<unknown, unknown>, { path, at }: { path: Path; at: Mark }): void {
    const key = isAlias(pair.key) ? pair.key.resolve(this.#document) : pair.key;
    if (!isScalar(key)) return void this.#refuse(at, path, 'has a key that is a list or a map; a key is plain text');
    const name = key.source ?? String(key.value);
    if (forbidden.has(name)) return void this.#refuse(at, path, `${quoted(name)} cannot be a key`);
    const earlier = own.get(name);
    if (earlier)
      return void this.#refuse(at, [...path, name], `is there twice: first in line ${earlier.at.line}; keep one`);
    own.set(name, { at, node: this.node(pair.value, [...path, name], at) });
  }

  #merged(pair: Pair<unknown, unknown>, path: Path, at: Mark): readonly Node[] {
    const node = this.node(pair.value, path, at);
    const sources = node.kind === 'list' ? node.items : [node];
    if (sources.every(({ kind }) => kind === 'map')) return sources;
    this.#refuse(at, [...path, '<<'], 'must be a map to merge, such as *name');
    return [];
  }

  #refuse(at: Mark, path: Path, text: string): Node {
    this.problems.push({ at, path, text });
    return nothing(at);
  }

  #place(found: unknown, fallback: Mark): Mark {
    const range = isScalar(found) || isAlias(found) || isMap(found) || isSeq(found) ? found.range : undefined;
    return range ? this.#mark(range[0]) : fallback;
  }
}

/** Names that mean something else to JavaScript's objects. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

const isMergeKey = ({ key }: Pair<unknown, unknown>): boolean =>
  isScalar(key) && key.source === '<<' && key.type === 'PLAIN';

function scalar(value: unknown, source: string | undefined, at: Mark): ScalarNode {
  if (typeof value === 'string') return { kind: 'scalar', at, value, text: value, from: [], resolved: true };
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', at, value, text: source ?? String(value), from: [], resolved: true };
  }
  return nothing(at);
}

const nothing = (at: Mark): ScalarNode => ({ kind: 'scalar', at, value: null, text: '', from: [], resolved: true });

const lineAt = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';

/** The parser's complaints, in words of somebody who does not know YAML's grammar. */
function sentence({ code, message }: Fault, line: string): string {
  if (code === 'UNEXPECTED_TOKEN' && /[{[,].*\$\{/.test(line))
    return 'cannot be read; between { } and [ ], a text with ${…} needs quotes';
  if (message.startsWith('Flow '))
    return 'a bracket is opened here or above, and not closed: every [ needs its ], every { its }';
  if (message.includes('quote')) return 'a quote is opened here or above, and not closed';
  return sentences[code] ?? `cannot be read as YAML: ${message}`;
}

const sentences: Partial<Record<YAMLParseError['code'], string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have a tag or an anchor of its own',
  BAD_INDENT: 'is indented neither like the lines above it nor deeper; keys of one map start in the same column',
  BAD_SCALAR_START: 'a value that starts with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has two ": " in one line; put the value in quotes, or the second key on a line of its own',
  MISSING_CHAR: 'a character is missing; does the key have its ":" and a space after it?',
  MULTILINE_IMPLICIT_KEY: 'is no `key: value`; is the ":" or the space after it missing?',
  MULTIPLE_DOCS: 'is a second document (after `---`); the file must hold exactly one',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'is indented with a tab; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'has a tag (!…), which means nothing here; a value that begins with ! needs quotes',
  UNEXPECTED_TOKEN: 'cannot be read from here on; check the indentation and the dashes of lists just above',
};
