import type { ContainerHealth } from '../../../model/observed.ts';

interface StatusFacts {
  readonly health: ContainerHealth;
  readonly exitCode: number | undefined;
}

/**
 * Health and exit code from the list's status text, e.g. `Up 5 seconds (healthy)`, `Exited (137) 3 minutes ago`.
 * Source: https://github.com/moby/moby/blob/v20.10.24/container/state.go, String().
 */
export function readStatus(status: string): StatusFacts {
  const code = /^(?:Exited|Restarting) \((\d+)\)/.exec(status)?.[1];
  return { health: healthIn(status), exitCode: code === undefined ? undefined : Number(code) };
}

function healthIn(status: string): ContainerHealth {
  if (!status.startsWith('Up ')) return 'none';
  if (status.endsWith('(healthy)')) return 'healthy';
  if (status.endsWith('(unhealthy)')) return 'unhealthy';
  return status.endsWith('(health: starting)') ? 'starting' : 'none';
}
