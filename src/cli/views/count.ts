/** `1 app`, `3 apps`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `3 of 5`, or `all 5`. */
export const share = (part: number, whole: number): string => (part === whole ? `all ${whole}` : `${part} of ${whole}`);

/** `1 is blocked, 2 are degraded`, in the order of first appearance. */
export function tally(words: readonly (readonly [one: string, many: string])[]): string {
  const counts = new Map<string, { readonly many: string; readonly count: number }>();
  for (const [one, many] of words) counts.set(one, { many, count: (counts.get(one)?.count ?? 0) + 1 });
  return [...counts].map(([one, { many, count }]) => `${count} ${count === 1 ? one : many}`).join(', ');
}

const mostNames = 12;

/** Names, as many as a person will read. */
export function names(all: readonly string[]): string {
  const shown = all.slice(0, mostNames).join(', ');
  return all.length > mostNames ? `${shown} and ${all.length - mostNames} more` : shown;
}
