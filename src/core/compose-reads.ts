import { posix } from 'node:path';
import { HarborError } from '../errors.ts';
import { isRecord } from './compose-paths.ts';
import { substitute, type Variables } from './variables.ts';

/** A repository path that rendering a compose file will read. */
export interface Read {
  readonly path: string;
  readonly kind: 'compose' | 'env';
  /** Folder (repository path) that relative paths in it start from. */
  readonly directory: string;
  /** Files with variables that it is interpolated with, besides those of the file that names it. */
  readonly envFiles: readonly string[];
}

export interface ComposeFile {
  /** Repository path. */
  readonly path: string;
  /** Repository path that its relative paths start from. */
  readonly directory: string;
  /** What is in it: `parseCompose`. */
  readonly documents: readonly unknown[];
}

/**
 * The files that a compose file names for rendering: includes, extended files, env files. It only finds them; what they mean is Compose's
 * business. A path that leads out of the repository, or to another machine, is refused here,
 * before anything reads it.
 */
export function readsOf(file: ComposeFile, variables: Variables): readonly Read[] {
  const named = (value: unknown, key: string): string[] =>
    texts(value).map((path) => inside(file, key, substitute(path, variables)));
  return file.documents
    .filter(isRecord)
    .flatMap((content) => [...includes(content['include'], named), ...serviceReads(content['services'], file, named)]);
}

type Named = (value: unknown, key: string) => string[];

function includes(value: unknown, named: Named): Read[] {
  return list(value).flatMap((entry) => {
    const form = isRecord(entry) ? entry : { path: entry };
    const paths = named(form['path'], isRecord(entry) ? 'include.path' : 'include');
    if (paths.length === 0) return [];
    const folder = named(form['project_directory'], 'include.project_directory')[0];
    const directory = folder ?? posix.dirname(paths[0] ?? '');
    const given = named(form['env_file'], 'include.env_file');
    const envFiles = given.length > 0 ? given : [posix.join(directory, '.env')];
    return [...paths.map((path) => composeRead(path, directory, envFiles)), ...envReads(envFiles, directory)];
  });
}

const composeRead = (path: string, directory: string, envFiles: readonly string[]): Read => ({
  path,
  kind: 'compose',
  directory,
  envFiles,
});

const envReads = (paths: readonly string[], directory: string): Read[] =>
  paths.map((path) => ({ path, kind: 'env', directory, envFiles: [] }));

function serviceReads(services: unknown, file: ComposeFile, named: Named): Read[] {
  if (!isRecord(services)) return [];
  return Object.values(services)
    .filter(isRecord)
    .flatMap((service) => {
      const extended = isRecord(service['extends']) ? named(service['extends']['file'], 'extends.file') : [];
      const envFiles = list(service['env_file']).flatMap((entry) =>
        named(isRecord(entry) ? entry['path'] : entry, 'env_file'),
      );
      return [
        ...extended.map((path) => composeRead(path, posix.dirname(path), [])),
        ...envReads([...envFiles, ...named(service['label_file'], 'label_file')], file.directory),
      ];
    });
}

/** A URL, `user@host:path`, or what Git hosts are known by. */
const remote = /^(?:[a-z][a-z\d+.-]*:\/\/|(?:https?|git|ssh|oci):|[^/\s]+@[^/\s]+:|github\.com\/)/i;

/** Characters of a path; the kernel takes no longer one. */
const longestPath = 4096;

function inside(file: ComposeFile, key: string, path: string): string {
  if (path.length > longestPath) {
    throw new HarborError(`${file.path}: ${key} names a path of more than ${longestPath} characters`, {
      code: 'compose-refused',
      hint: 'Look at the variables that it is made of.',
    });
  }
  if (remote.test(path)) {
    throw new HarborError(`${file.path}: ${key} names another machine: ${withoutUser(path)}`, {
      code: 'compose-refused',
      hint: 'Put a copy of that file into this repository: what is deployed must be what was committed here.',
    });
  }
  const resolved = posix.normalize(posix.join(file.directory, path));
  if (posix.isAbsolute(path) || path.startsWith('~') || resolved === '..' || resolved.startsWith('../')) {
    throw new HarborError(`${file.path}: ${key} leads out of the repository: ${path}`, {
      code: 'compose-refused',
      hint: 'Use a path inside the repository, or give the values under `environment_file` in harbormaster.yml.',
    });
  }
  return resolved;
}

const withoutUser = (url: string): string => url.replace(/^([a-z][a-z\d+.-]*:\/\/)?[^/\s]*@/i, '$1');

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
const texts = (value: unknown): string[] => list(value).filter((member) => typeof member === 'string');
