import { expect, test } from 'vitest';
import { readStatus } from '../../../../src/edges/engines/api/status-text.ts';

test.each([
  ['Up 5 seconds', 'none', undefined],
  ['Up Less than a second (health: starting)', 'starting', undefined],
  ['Up 3 hours (healthy)', 'healthy', undefined],
  ['Up About a minute (unhealthy)', 'unhealthy', undefined],
  ['Up 2 minutes (Paused)', 'none', undefined],
  ['Exited (137) 3 minutes ago', 'none', 137],
  ['Exited (0) Less than a second ago', 'none', 0],
  ['Restarting (1) 5 seconds ago', 'none', 1],
  ['Created', 'none', undefined],
  ['Removal In Progress', 'none', undefined],
  ['Dead', 'none', undefined],
  ['', 'none', undefined],
])('%s', (status, health, exitCode) => {
  expect(readStatus(status)).toEqual({ health, exitCode });
});
