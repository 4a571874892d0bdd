/** `*` stands for any characters, `?` for one; upper and lower case are the same, as in DNS. Linear, whatever the glob. */
export const matches = (glob: string, name: string): boolean => matchesExactly(glob.toLowerCase(), name.toLowerCase());

/** The same where upper and lower case differ, as in most names. */
export function matchesExactly(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < text.length; ) {
    if (pattern[at] === '*') {
      star = at;
      retry = index;
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === text[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      retry += 1;
      index = retry;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
