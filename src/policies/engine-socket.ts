import { hostPathsOf, isSocketPath } from '../core/host-paths.ts';
import { asksOf, namesService } from './asks.ts';
import { gateOf } from './rule.ts';

/** Who holds the engine's socket is root on this host. */
export const engineSocket = gateOf({
  allowance: 'engine_socket',
  find: (input) =>
    asksOf(input).flatMap(({ name, service }) =>
      hostPathsOf(service, input.model)
        .filter(({ path }) => isSocketPath(path) || isSocketPath(input.real(path)))
        .map(({ path }) => ({
          service: name,
          reason: `mounts the engine’s socket (${path}): it can start any container as root`,
          entry: name,
        })),
    ),
  fits: namesService,
});
