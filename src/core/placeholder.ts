import { sha256 } from './digest.ts';

/**
 * What stands for a value that is not here: five digits, always the same for a name. Digits, because they pass for a password as well as for a port, a
 * tag or a number of bytes, so that most compose files can be rendered with them.
 */
export const placeholder = (name: string): string =>
  String(10_000 + (Number.parseInt(sha256(name).slice(0, 8), 16) % 50_000));
