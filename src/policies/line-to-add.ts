import type { Allowances, App } from '../model/app.ts';

/** The line of the host's configuration that allows everything that was denied, besides what it allows already. */
export function lineToAdd({ name, allow }: App, allowance: keyof Allowances, denied: readonly string[]): string {
  const entries = [...new Set([...allow[allowance], ...denied])];
  return `apps.${name}.allow.${allowance}: [${entries.map(inYaml).join(', ')}]`;
}

/** Plain where YAML reads it as this very text. */
const inYaml = (text: string): string =>
  /^[A-Za-z/][\w./:@-]*[\w/]$|^\/$|^[A-Za-z]$/.test(text) ? text : JSON.stringify(text);
