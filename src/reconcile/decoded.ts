import { HarborError } from '../errors.ts';

/** Throws `config-invalid` for what is not UTF-8. `what`: a name for messages. */
export function decoded(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HarborError(`${what} is not UTF-8 text`, { code: 'config-invalid' });
  }
}
