const opening = /^( *)(test|describe)((?:\.\w+)*)(?=[<(])/gm;
/** These give the function that is called with the name. */
const modifier = /\.(?:each|runIf|skipIf)$/;

/**
 * The names of all tests of a formatted file, each with those of the `describe` around it. Of a template the placeholders are as they are written. A
 * parser would know more, and would take a hundred times as long.
 */
export function titlesIn(source: string): readonly string[] {
  let around: readonly { readonly indent: number; readonly title: string }[] = [];
  const titles: string[] = [];
  for (const { 0: whole, 1: space = '', 2: what, 3: members = '', index } of source.matchAll(opening)) {
    const end = index + whole.length;
    const title = titleAt(source, modifier.test(members) ? afterCall(source, end) : end);
    if (title === undefined) continue;
    around = around.filter(({ indent }) => indent < space.length);
    if (what === 'test') titles.push([...around.map((one) => one.title), title].join(' '));
    else around = [...around, { indent: space.length, title }];
  }
  return titles;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };
const quotes = new Set(["'", '"', '`']);

/** Where the arguments end, and those of types before them. */
function afterCall(source: string, begin: number): number {
  const open: string[] = [];
  for (let at = begin; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (quotes.has(character)) at = endOfText(source, at) - 1;
    else if (source.startsWith('=>', at)) at += 1;
    else if (character in closing && (character !== '<' || open.every((other) => other === '>')))
      open.push(closing[character] ?? '');
    else if (character === open.at(-1)) open.pop();
    if (open.length === 0 && character === ')') return at + 1;
  }
  return source.length;
}

function endOfText(source: string, begin: number): number {
  let at = begin + 1;
  while (at < source.length && source[at] !== source[begin]) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A text, or a constant of the file that is one. */
function titleAt(source: string, at: number): string | undefined {
  const first = /^\(\s*/.exec(source.slice(at))?.[0];
  if (first === undefined) return;
  const begin = at + first.length;
  if (quotes.has(source[begin] ?? ''))
    return source.slice(begin + 1, endOfText(source, begin) - 1).replaceAll(/\\(.)/g, '$1');
  const name = /^\w+/.exec(source.slice(begin))?.[0];
  return name && new RegExp(`const ${name} =\\s*'(.*)'`).exec(source)?.[1];
}
