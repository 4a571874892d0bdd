import { dirname } from 'node:path';
import type { RenderRequest, StoredRelease } from '../../../ports.ts';
import type { Argv } from '../../process.ts';

interface Project {
  readonly name: string;
  /** Folder that relative paths start from. */
  readonly directory: string;
  readonly files: readonly string[];
  readonly envFile?: string | undefined;
}

/** The plugin, called as a program of its own: half the time of `docker compose`. Nothing is left for it to look up by itself. */
function compose(
  plugin: string,
  { name, directory, files, envFile = '/dev/null' }: Project,
  rest: readonly string[],
): Argv {
  return [
    plugin,
    ...['--ansi', 'never', '-p', name, '--project-directory', directory],
    ...files.flatMap((file) => ['-f', file]),
    ...['--env-file', envFile],
    ...rest,
  ];
}

function config(plugin: string, request: RenderRequest, rest: readonly string[]): Argv {
  const { project, directory, files, envFile, profiles } = request;
  const chosen = profiles.flatMap((profile) => ['--profile', profile]);
  return compose(plugin, { name: project, directory, files, envFile }, [...chosen, 'config', ...rest]);
}

export const renderArgv = (plugin: string, request: RenderRequest): Argv =>
  config(plugin, request, ['--format', 'json']);

/** Of a model that is rendered already, on stdin: nothing is left to interpolate in it. */
export const hashesArgv = (plugin: string, request: RenderRequest): Argv =>
  config(plugin, { ...request, files: ['-'], envFile: undefined }, ['--hash', '*']);

const sealed = ({ release, file }: StoredRelease): Project => ({
  name: release.project,
  directory: dirname(file),
  files: [file],
});

/** Names exactly the services that it may touch, and never fetches, builds or answers a question. */
const upFlags = ['up', '--detach', '--no-deps', '--no-build', '--pull', 'never'] as const;

export const createArgv = (plugin: string, stored: StoredRelease, services: readonly string[]): Argv =>
  compose(plugin, sealed(stored), [...upFlags, '--no-recreate', ...services]);

export const replaceArgv = (plugin: string, stored: StoredRelease, services: readonly string[]): Argv =>
  compose(plugin, sealed(stored), [...upFlags, '--force-recreate', ...services]);

/** A model in a folder of its own, with one service to be handled. */
interface OwnModel {
  readonly project: string;
  readonly service: string;
  readonly file: string;
}

/** Makes the container and does not start it. */
export const prepareArgv = (plugin: string, { project, service, file }: OwnModel): Argv =>
  compose(plugin, { name: project, directory: '/', files: [file] }, [
    ...['up', '--no-start', '--no-deps', '--no-build', '--pull', 'never', '--no-recreate'],
    service,
  ]);

export const buildArgv = (plugin: string, { project, service, file }: OwnModel): Argv =>
  compose(plugin, { name: project, directory: '/', files: [file] }, ['build', service]);
