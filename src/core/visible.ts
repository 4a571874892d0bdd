/**
 * Characters that move the cursor, change colours, reorder text or break lines: C0, DEL, C1, marks and overrides of the writing direction,
 * and the two Unicode line separators.
 */
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const hiddenInProse = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from elsewhere, safe to show on one line: what could act on a terminal is spelled out as `\u001b`. */
export const visible = (text: string): string => text.replace(hidden, spelled);

/** The same for text of several lines: line feeds and tabs stay. */
export const visibleProse = (text: string): string => text.replace(hiddenInProse, spelled);

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function spelled(character: string): string {
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
