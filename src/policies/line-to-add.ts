import type { ListAllowance, Policy } from '../model/policy.ts';

/** The line of the host's configuration that allows everything that was denied, besides what it allows already. */
export function lineToAdd({ place, own }: Policy, allowance: ListAllowance, denied: readonly string[]): string {
  const entries = [...new Set([...(own[allowance] ?? []), ...denied])];
  return `${place}.${allowance}: [${entries.map(inYaml).join(', ')}]`;
}

/** Plain where YAML reads it as this very text. */
const inYaml = (text: string): string =>
  /^[A-Za-z/](?:[\w./@-]|:(?=[\w/]))*[\w/]$|^\/$|^[A-Za-z]$/.test(text) &&
  !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
