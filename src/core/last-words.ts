import { type Redact, redactor } from './redact.ts';
import { parseSealed } from './sealed-model.ts';

/** Lines and characters of what a container wrote that the record keeps: enough to see what went wrong, too little to be a log. */
export const kept = { lines: 20, characters: 4000 } as const;

/** The end of a text, within those bounds. */
export function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-kept.lines).join('\n').slice(-kept.characters);
}

/** Names under which people keep secrets in the environment. */
const telling = /passw|passphrase|secret|token|credential|api_?key|private_?key|access_?key|auth|dsn/i;

/**
 * Takes out what a container may have written of its own secrets: the values of variables that are named as secrets are, and those of `secrets` and
 * `configs` that come from a variable. Values that the host's configuration brought in are taken out elsewhere, too.
 */
export function secretsOf(
  release: { readonly compose: string; readonly environment: Readonly<Record<string, string>> },
  service: string,
): Redact {
  const { environment = {} } = parseSealed(release.compose).services[service] ?? {};
  const named = Object.entries(environment).flatMap(([name, value]) =>
    telling.test(name) && value !== null && value.length >= shortest ? [value.replaceAll('$$', () => '$')] : [],
  );
  return redactor([...named, ...Object.values(release.environment)]);
}

/** What is shorter stands for itself in ordinary text. */
const shortest = 6;
