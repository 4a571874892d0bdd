import { visible } from '../core/visible.ts';

export type Style = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line for people. Its text may come from anywhere: it becomes visible and painted only when it is printed. */
export type Line = string | readonly (string | Span)[];

const styled =
  (style: Style) =>
  (text: string): Span => ({ text, style });

export const good = styled('good');
export const bad = styled('bad');
export const warn = styled('warn');
export const dim = styled('dim');
export const strong = styled('strong');

export type Paint = (style: Style, text: string) => string;

const unpainted: Paint = (_style, text) => text;

/** A line as a terminal gets it: whatever could act on the terminal is spelled out, only our own colours stay. */
export function rendered(line: Line, paint: Paint = unpainted): string {
  return spansOf(line)
    .map((span) => (typeof span === 'string' ? visible(span) : paint(span.style, visible(span.text))))
    .join('')
    .trimEnd();
}

export const spansOf = (line: Line): readonly (string | Span)[] => (typeof line === 'string' ? [line] : line);

export const indented = (by: number, line: Line): Line => [' '.repeat(by), ...spansOf(line)];

/** Text of several lines, e.g. an error message with a tool's output. */
export const paragraph = (text: string, indent = 0): readonly Line[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => indented(indent, line));

/** What to do next. */
export const nextStep = (text: string, indent = 0): readonly Line[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line, index) => indented(indent, [index === 0 ? dim('→ ') : '  ', line]));
