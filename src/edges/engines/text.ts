/** ANSI escape sequences: colours, cursor moves, and titles. Source: ECMA-48. */
const ansi = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** C0 but line feed and tab, DEL, C1, line separators and bidirectional overrides: whatever makes a terminal or a page lie. */
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text of others, fit to be shown: colours go, other control characters become visible as `<U+009B>`. */
export function visible(text: string): string {
  return text.replaceAll(ansi, '').replaceAll('\r\n', '\n').replaceAll(control, spelled);
}

const spelled = (character: string): string =>
  `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;

export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
