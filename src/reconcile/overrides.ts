import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/trigger.ts';

/** Whoever goes past a window, or does not wait for other apps, says for which apps. Throws `usage`. */
export function assertNamed(names: readonly string[], { override, ignoreOrder }: Trigger): void {
  if (names.length > 0 || (override === undefined && ignoreOrder === undefined)) return;
  const [what, flag] =
    override === undefined
      ? ['the order is ignored', '--ignore-order']
      : ['a window is overridden', '--override-window'];
  throw new HarborError(`${what} for apps that are named, not for all at once`, {
    code: 'usage',
    hint: `Name them: harbormaster apply APP ${flag} --reason "…"`,
  });
}
