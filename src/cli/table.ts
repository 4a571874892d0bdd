import { visible } from '../core/visible.ts';
import { dim, type Line, type Span } from './line.ts';

export type Cell = string | Span;
export type Row = readonly Cell[];

export interface Table {
  readonly header: Line;
  row(cells: Row): Line;
}

const gap = 2;
/** The last column says something even where the others leave it no room. */
const narrowest = 24;

/**
 * Columns as wide as what these rows hold. `width` is that of the terminal: the last column, which holds the free text, is cut there;
 * without it nothing is cut.
 */
export function layout(header: readonly string[], rows: readonly Row[], width?: number): Table {
  const widths = header.map((name, column) =>
    Math.max(...[name, ...rows.map((row) => row[column] ?? '')].map(lengthOf)),
  );
  const row = (cells: Row): Line =>
    cells.map((cell, column) => {
      if (column < cells.length - 1) return changed(cell, (text) => padded(text, (widths[column] ?? 0) + gap));
      const before = widths.slice(0, column).reduce((sum, each) => sum + each + gap, 0);
      return width === undefined ? cell : changed(cell, (text) => shortened(text, Math.max(width - before, narrowest)));
    });
  return { header: row(header.map(dim)), row };
}

export function table(header: readonly string[], rows: readonly Row[], width?: number): readonly Line[] {
  const columns = layout(header, rows, width);
  return [columns.header, ...rows.map(columns.row)];
}

const changed = (cell: Cell, change: (text: string) => string): Cell =>
  typeof cell === 'string' ? change(cell) : { ...cell, text: change(cell.text) };

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** As it will be seen, in characters. */
const lengthOf = (cell: Cell): number => [...visible(textOf(cell))].length;

const padded = (text: string, to: number): string => text + ' '.repeat(Math.max(to - lengthOf(text), 0));

function shortened(text: string, to: number): string {
  const characters = [...visible(text)];
  return characters.length <= to ? text : `${characters.slice(0, to - 1).join('')}…`;
}
