import { type HostPath, hostPathsOf, isSocketPath, pathOfEntry, permits, staysIn } from '../core/host-paths.ts';
import type { GateInput } from '../model/verdict.ts';
import { asksOf } from './asks.ts';
import { type Finding, gateOf } from './rule.ts';

type Reached = Finding & Pick<HostPath, 'path' | 'readOnly'>;

/** Files of the host belong to the host: an app sees its own folders, and what the host's owner allows. */
export const hostBinds = gateOf<Reached>({
  allowance: 'host_binds',
  find: (input) =>
    asksOf(input).flatMap(({ name, service }) =>
      hostPathsOf(service, input.model)
        .filter(({ path }) => isForeign(path, input))
        .map((found) => ({ service: name, ...reached(found, input) })),
    ),
  fits: allows,
});

/** A link that a container has put into its folders must lead nowhere else: the engine follows it. */
function isForeign(path: string, { ownPaths, real }: GateInput): boolean {
  if (isSocketPath(path) || isSocketPath(real(path))) return false;
  return !staysIn(ownPaths, path, real);
}

function reached({ path, readOnly, through }: HostPath, { real }: GateInput): Omit<Reached, 'service'> {
  const target = real(path) === path ? '' : ` (which leads to ${real(path)})`;
  const reason = `reaches ${path}${target} of this host${readOnly ? '' : ', writable'}, through ${through}`;
  // A link may be changed by whoever can write beside it: what it leads to is named, not the link.
  return { path, readOnly, reason, entry: readOnly ? `${real(path)}:ro` : real(path) };
}

/** Where a path is a link, it must lead to where the owner's own path leads. */
function allows(entry: string, found: Reached, { real }: GateInput): boolean {
  const { path, readOnly } = found;
  if (permits(entry, { path: real(path), readOnly })) return true;
  return permits(entry, { path, readOnly }) && permits(withPath(entry, real), { path: real(path), readOnly });
}

const withPath = (entry: string, real: (path: string) => string): string =>
  `${real(pathOfEntry(entry))}${entry.endsWith(':ro') ? ':ro' : ''}`;
