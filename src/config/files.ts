import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** The largest file that is read: a configuration is never this long. */
const limit = 1024 * 1024;

export type Content = { readonly text: string } | { readonly fault: string };

/** Reads files for one load, and remembers which, for watching. */
export interface Files {
  /** Absolute; relative paths start from the configuration file's folder, `~/` from the home folder. */
  resolve(path: string): string;
  read(path: string): Promise<Content>;
  readonly paths: () => readonly string[];
}

/** `told`: each path before it is read, also of a load that fails afterwards. */
export function configFiles(
  file: string,
  home: string | undefined,
  told: (path: string) => void = () => undefined,
): Files {
  const folder = dirname(resolve(file));
  const read = new Map<string, Content>();
  const locate = (path: string): string =>
    isAbsolute(path)
      ? path
      : home !== undefined && path.startsWith('~/')
        ? join(home, path.slice(2))
        : join(folder, path);
  return {
    resolve: locate,
    async read(path) {
      const target = locate(path);
      const known = read.get(target);
      if (known) return known;
      told(target);
      const content = await load(target);
      read.set(target, content);
      return content;
    },
    paths: () => [...read.keys()],
  };
}

async function load(path: string): Promise<Content> {
  const bytes = await bytesOf(path);
  return typeof bytes === 'string' ? { fault: bytes } : textIn(bytes);
}

export function textIn(bytes: Uint8Array): Content {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: 'is not UTF-8 text' };
  }
}

/** The content, or what is wrong with the file. */
async function bytesOf(path: string): Promise<Buffer | string> {
  try {
    const { size, isFile } = await describe(path);
    if (!isFile) return 'is not a regular file';
    if (size > limit) return 'is larger than 1 MiB';
    return await readFile(path);
  } catch (error) {
    return faults[codeOf(error)] ?? `cannot be read (${codeOf(error)})`;
  }
}

async function describe(path: string): Promise<{ size: number; isFile: boolean }> {
  const found = await stat(path);
  return { size: found.size, isFile: found.isFile() };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

export const missing = 'does not exist';

const faults: Readonly<Record<string, string>> = {
  ENOENT: missing,
  ENOTDIR: missing,
  EACCES: 'may not be read by the user that runs Harbormaster',
  EPERM: 'may not be read by the user that runs Harbormaster',
};
