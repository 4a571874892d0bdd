import { asHarborError, HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';

/** The configuration that holds now. One that is wrong leaves the last good one in force, which says then why it is not the newest. */
export interface InForce {
  /** Reads it anew; the result is in force from then on. */
  load(): Promise<HostConfig>;
  current(): HostConfig;
  /** Before anything was loaded, undefined. */
  known(): HostConfig | undefined;
  /** Everything that was read for it, and for a newer one that is wrong: a change of any may change it. Absolute paths. */
  files(): readonly string[];
}

export function inForce(read: (told: (path: string) => void) => Promise<HostConfig>): InForce {
  let current: HostConfig | undefined;
  let tried: ReadonlySet<string> = new Set();
  return {
    async load() {
      const told = new Set<string>();
      try {
        current = after(current, await read((path) => told.add(path)));
        return current;
      } catch (error) {
        current &&= { ...current, troubles: [{ of: 'configuration', ...failureOf(error) }] };
        throw error;
      } finally {
        tried = told;
      }
    },
    current() {
      if (current !== undefined) return current;
      throw new HarborError('the configuration was used before it was loaded', { code: 'bug' });
    },
    known: () => current,
    files: () => [...new Set([...(current?.files ?? []), ...tried])],
  };
}

/** What is in force, where something is known of all of it, gives no place to what nobody could find out: its apps would be without anybody. */
function after(current: HostConfig | undefined, next: HostConfig): HostConfig {
  const isLess = next.undiscovered.length > 0 && current?.undiscovered.length === 0;
  return isLess ? { ...current, discoveries: next.discoveries, troubles: next.troubles } : next;
}

function failureOf(error: unknown) {
  const { code, message, hint } = asHarborError(error);
  return { code, message, hint };
}
