import { dim, type Line, paragraph, spansOf } from '../line.ts';

export const labelWidth = 12;

/** `  label       text`, a line for each line of the text; without a label it belongs to the one above. */
export const fact = (label: string, text: string): readonly Line[] =>
  paragraph(text).map((line, index) => [dim(`  ${(index === 0 ? label : '').padEnd(labelWidth)}`), ...spansOf(line)]);

/** What is undefined is left out. */
export const factsOf = (facts: readonly (readonly [label: string, text: string | undefined])[]): readonly Line[] =>
  facts.flatMap(([label, text]) => (text === undefined ? [] : fact(label, text)));
