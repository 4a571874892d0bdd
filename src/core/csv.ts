export type CsvCell = string | number | undefined;

/** A record of CSV as RFC 4180 has it, without its line break. */
export const csvRecord = (cells: readonly CsvCell[]): string => cells.map(csvField).join(',');

function csvField(cell: CsvCell): string {
  if (cell === undefined) return '';
  const text = typeof cell === 'number' ? String(cell) : disarmed(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A spreadsheet takes what begins like this for a formula, and computes it; a quote before it makes it text.
 * See https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

const disarmed = (text: string): string => (formula.test(text) ? `'${text}` : text);
