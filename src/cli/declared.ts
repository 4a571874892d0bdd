import { HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';

/** Throws `app-unknown` for a name that this host's configuration does not have. */
export function assertDeclared(names: readonly string[], { declared }: HostConfig): void {
  const unknown = names.find((name) => !declared.includes(name));
  if (unknown === undefined) return;
  throw new HarborError(`there is no app ${unknown} on this host`, {
    code: 'app-unknown',
    hint: declared.length === 0 ? 'There is none.' : `There are: ${declared.join(', ')}.`,
  });
}
