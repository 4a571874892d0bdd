import ts from 'typescript';

/** The names of all tests of a file, each with those of the `describe` around it. Of a template the placeholders are as they are written. */
export function titlesIn(source: string): readonly string[] {
  const file = ts.createSourceFile('x.test.ts', source, ts.ScriptTarget.Latest);
  const titles: string[] = [];
  const visit = (node: ts.Node, around: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? namedCall(node, file) : undefined;
    if (call?.what === 'test') titles.push([...around, call.title].join(' '));
    const inside = call?.what === 'describe' ? [...around, call.title] : around;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, []);
  return titles;
}

function namedCall(
  node: ts.CallExpression,
  file: ts.SourceFile,
): { readonly what: string; readonly title: string } | undefined {
  const [what = ''] = /^\w+/.exec(node.expression.getText(file)) ?? [];
  // `test.each(…)` and `test.runIf(…)` give the function that is called with the name.
  const isModifier = /\.(?:each|runIf|skipIf)$/.test(node.expression.getText(file));
  const [title] = node.arguments;
  if (isModifier || title === undefined || !['test', 'describe'].includes(what)) return;
  return { what, title: textOf(title, file) };
}

function textOf(node: ts.Expression, file: ts.SourceFile): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  const text = node.getText(file);
  if (!ts.isIdentifier(node)) return text.slice(1, -1);
  // A constant of the file.
  return new RegExp(`const ${text} =\\s*'(.*)'`).exec(file.text)?.[1] ?? text;
}
