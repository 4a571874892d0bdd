import { matches } from './glob.ts';

/**
 * Whether a host is among these patterns: one of them fits, and none that begins with `!` does. Patterns with `!` alone mean every other host. One
 * without a dot also fits the name up to its first dot, so that `web-1` means `web-1.example.org`.
 */
export function isAmong(patterns: readonly string[], host: string): boolean {
  const not = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const yes = patterns.filter((pattern) => !pattern.startsWith('!'));
  const fits = (pattern: string): boolean => fitsHost(pattern, host);
  return !not.some(fits) && (yes.some(fits) || (yes.length === 0 && not.length > 0));
}

const fitsHost = (pattern: string, host: string): boolean =>
  matches(pattern, host) || (!pattern.includes('.') && matches(pattern, host.split('.', 1)[0] ?? host));
