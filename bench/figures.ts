/** Middle and ninetieth percentile, in the unit of the values. */
export interface Figures {
  readonly median: number;
  readonly p90: number;
}

export function figuresOf(values: readonly number[]): Figures {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p90: at(0.9) };
}

/** One line of a table, which a spreadsheet takes as it is. */
export const row = (...cells: readonly (string | number)[]): void => console.log(cells.join('\t'));

export const milliseconds = (value: number): string => value.toFixed(0);
