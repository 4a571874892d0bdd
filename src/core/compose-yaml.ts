import { Composer, type CST, type Document, isAlias, isNode, Lexer, Parser, visit } from 'yaml';
import { HarborError } from '../errors.ts';

const limits = {
  /** Uses of aliases in one file. */
  aliases: 1000,
  /** Uses of one anchor, those inside of other uses included. */
  uses: 100,
  /** Lists and maps in each other, on one line. */
  brackets: 100,
  /** Lists and maps in each other; a map counts twice, with its pair. */
  levels: 400,
};

/**
 * The documents of a compose file; Compose merges them. What is wrong with a file that is no YAML is Compose's to say: it has none. A file that would
 * take gigabytes to expand, or the parser with it, is refused.
 */
export function parseCompose(path: string, text: string): readonly unknown[] {
  const composer = new Composer({ merge: true, logLevel: 'silent', uniqueKeys: false });
  const documents = [...composer.compose(tokensOf(path, text))];
  const errors = documents.flatMap((document) => document.errors);
  if (errors.some(({ message }) => message.startsWith('Maximum call stack'))) throw refused(path, 'is nested too deep');
  if (errors.length > 0) return [];
  for (const document of documents) assertPlain(path, document);
  try {
    return documents.map((document): unknown => document.toJS({ maxAliasCount: limits.uses }));
  } catch (cause) {
    if (cause instanceof ReferenceError && cause.message.startsWith('Unresolved alias')) return [];
    throw refused(path, `uses one YAML anchor more than ${limits.uses} times`, cause);
  }
}

/** The parser answers a line of open brackets by running out of memory, which nothing can catch: it is given no deeper ones. The lexer is safe. */
function* tokensOf(path: string, text: string): Generator<CST.Token, void> {
  const parser = new Parser();
  let open = 0;
  let dashes = 0;
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    const mark = before === scalarFollows ? '' : lexeme;
    open = Math.max(0, open + (brackets.get(mark) ?? 0));
    dashes = mark.endsWith('\n') ? 0 : dashes + Number(mark === '-' || mark === '?');
    if (open + dashes > limits.brackets) throw refused(path, 'is nested too deep');
    before = lexeme;
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

const brackets: ReadonlyMap<string, number> = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
]);
const scalarFollows = '\u001f';

/** Aliases can multiply each other; and text that only Compose would decode could hide a path. */
function assertPlain(path: string, document: Document.Parsed): void {
  let aliases = 0;
  visit(document, (_, node, above) => {
    if (above.length > limits.levels) throw refused(path, 'is nested too deep');
    if (isAlias(node) && ++aliases > limits.aliases)
      throw refused(path, `uses more than ${limits.aliases} YAML aliases`);
    if (isNode(node) && node.tag?.endsWith(':binary')) throw refused(path, 'holds binary text (`!!binary`)');
  });
}

const refused = (path: string, what: string, cause?: unknown): HarborError =>
  new HarborError(`${path} ${what}`, {
    code: 'compose-refused',
    hint: 'Such a file can take gigabytes to expand, or mean something else than it says. Write it out plainly, or use `extends`.',
    cause,
  });
