/** Controls (C0, DEL, C1), line separators and the marks that reorder what a terminal shows. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** Text from elsewhere, fit to print: one line, no control characters, at most `limit` characters. */
export function printable(text: string, limit = 300): string {
  const line = text.replace(unprintable, ' ').replace(/ +/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

export const hasControls = (text: string): boolean => /[\u0000-\u001f\u007f-\u009f]/.test(text);
