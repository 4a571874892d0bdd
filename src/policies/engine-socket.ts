import type { Gate } from '../model/verdict.ts';
import { hostPathsOf, isSocketPath } from './host-paths.ts';
import { perService } from './per-service.ts';

/** Who holds the engine's socket is root on this host. */
export const engineSocket: Gate = {
  name: 'engine-socket',
  judge: (input) =>
    perService(input, 'engine_socket', ({ service }) =>
      hostPathsOf(service, input.model)
        .filter(({ path }) => isSocketPath(path))
        .map(({ path }) => `mounts the engine’s socket (${path}): it can start any container as root`),
    ),
};
