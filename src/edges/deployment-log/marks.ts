import { run } from '../process.ts';

/**
 * Marks files as append-only (chattr(1), `+a`): nobody changes, shortens, renames or deletes them then, root neither, until the mark is taken away. Needs
 * a file system that has it and the right CAP_LINUX_IMMUTABLE.
 */
export interface Marks {
  /** Says why it could not; undefined: it is so now. Never rejects. */
  set(paths: readonly string[]): Promise<string | undefined>;
  lift(paths: readonly string[]): Promise<string | undefined>;
  /** Those that have the mark. */
  among(paths: readonly string[]): Promise<readonly string[]>;
}

/** Milliseconds. */
const limit = 10_000;

export function appendOnlyMarks(env: Readonly<Record<string, string>>): Marks {
  const change = async (sign: string, paths: readonly string[]): Promise<string | undefined> => {
    if (paths.length === 0) return undefined;
    try {
      const { exitCode, stderr } = await run(['chattr', sign, '--', ...paths], { env, limit });
      return exitCode === 0 ? undefined : stderr.trim().split('\n').at(-1);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return {
    set: (paths) => change('+a', paths),
    lift: (paths) => change('-a', paths),
    async among(paths) {
      if (paths.length === 0) return [];
      // It ends with an error where one file system of them knows no marks, and tells the others all the same.
      const { stdout } = await run(['lsattr', '-d', '--', ...paths], { env, limit }).catch(() => ({
        stdout: Buffer.alloc(0),
      }));
      return stdout
        .toString('utf8')
        .split('\n')
        .flatMap((line) => /^\S*a\S* (.*)$/.exec(line)?.[1] ?? []);
    },
  };
}
