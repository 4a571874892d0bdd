import { posix } from 'node:path';

/** In Compose's order. Source: https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file */
export const composeNames: readonly string[] = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
];
const overrides = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** Every path at which Compose would look for a file in a folder. */
export const candidatePaths = (folder: string): readonly string[] =>
  [...composeNames, ...overrides].map((name) => posix.join(folder, name));

/** The files that Compose would take from a folder: the first name that exists, and the first override. Empty: there is none. */
export function discover(folder: string, exists: (path: string) => boolean): readonly string[] {
  const first = (candidates: readonly string[]) => candidates.map((name) => posix.join(folder, name)).find(exists);
  const main = first(composeNames);
  if (main === undefined) return [];
  const override = first(overrides);
  return override === undefined ? [main] : [main, override];
}
