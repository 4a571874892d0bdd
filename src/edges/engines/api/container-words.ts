import type { ContainerHealth, ContainerState } from '../../../model/observed.ts';

/** Compose's own labels. Source: https://github.com/docker/compose/blob/v2.26.1/pkg/api/labels.go */
export const composeLabels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  configHash: 'com.docker.compose.config-hash',
  number: 'com.docker.compose.container-number',
} as const;

const states = new Map<unknown, ContainerState>(
  (['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const).map((state) => [
    state,
    state,
  ]),
);

const healths = new Map<unknown, ContainerHealth>(
  (['none', 'starting', 'healthy', 'unhealthy'] as const).map((health) => [health, health]),
);

/** A state that a newer engine may know and we do not is one that needs a look: not running. */
export const asState = (word: unknown): ContainerState => states.get(word) ?? 'dead';
export const asHealth = (word: unknown): ContainerHealth => healths.get(word) ?? 'none';
