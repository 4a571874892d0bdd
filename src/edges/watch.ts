import { readFile, readlink } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { watch } from 'chokidar';
import { sha256 } from '../core/digest.ts';

export interface WatchTimes {
  /** How long the files must be quiet before they are looked at. Milliseconds, as all of these. */
  readonly settle: number;
  /** How long a file may be away before that is a change: editors and deployments remove and put back. */
  readonly absence: number;
  /** Looks that need no event: network and virtual file systems send none. */
  readonly poll: number;
}

const usual: WatchTimes = { settle: 200, absence: 1_000, poll: 60_000 };

/**
 * Calls `onChange` when the content of one of the files is another: written in place, replaced by an editor, swapped by a link (as Kubernetes does
 * with `..data`), gone, or back. Returns when it is watching.
 */
export async function watchFiles(
  files: readonly string[],
  onChange: () => void,
  times: WatchTimes = usual,
): Promise<AsyncDisposable> {
  let known = await fingerprints(files);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const closing = new AbortController();
  const events = await listen(files, () => lookIn(times.settle, true));

  function lookIn(delay: number, patient: boolean): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      looking = looking.then(() => look(patient));
    }, delay);
  }
  async function look(patient: boolean): Promise<void> {
    const now = await fingerprints(files);
    if (closing.signal.aborted) return;
    await events.follow();
    if (patient && files.some((file) => known.has(file) && !now.has(file))) return lookIn(times.absence, false);
    const same = files.every((file) => known.get(file) === now.get(file));
    known = now;
    if (!same) onChange();
  }

  const poll = setInterval(() => lookIn(0, true), times.poll).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      clearInterval(poll);
      clearTimeout(timer);
      await events.close();
      await looking;
    },
  };
}

/** SHA-256 of each file that can be read. */
async function fingerprints(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const file of files) {
    const content = await readFile(file).catch(() => undefined);
    if (content !== undefined) found.set(file, sha256(content));
  }
  return found;
}

const mostLinks = 40;

/** Each name whose change can change what is found at a path: every link on the way, and what is at its end. */
async function placesOf(path: string, links = 0): Promise<readonly string[]> {
  const names = path.split('/');
  for (const index of names.keys()) {
    const place = names.slice(0, index + 1).join('/');
    const target = await readlink(place).catch(() => undefined);
    if (target === undefined || links > mostLinks) continue;
    const beyond = resolve(dirname(place), target, ...names.slice(index + 1));
    return [place, ...(await placesOf(beyond, links + 1))];
  }
  return [path];
}

/**
 * Events of the folders rather than the files: who watches a file loses it when another takes its place. `follow` also watches where links lead now.
 */
async function listen(files: readonly string[], onEvent: () => void) {
  const folders = new Set<string>();
  const names = new Set<string>();
  const discover = async (): Promise<readonly string[]> => {
    const places = (await Promise.all(files.map((file) => placesOf(resolve(file))))).flat();
    const fresh = [...new Set(places.map(dirname))].filter((folder) => !folders.has(folder));
    for (const place of places) names.add(basename(place));
    for (const folder of fresh) folders.add(folder);
    return fresh;
  };
  // Without it, chokidar would watch every neighbour.
  const ignored = (path: string): boolean => !(folders.has(path) || names.has(basename(path)));
  const first = await discover();
  const watcher = watch([...first], { depth: 0, followSymlinks: false, ignoreInitial: true, ignored });
  watcher.on('all', onEvent);
  // E.g. no inotify watches left: the poll still sees every change.
  watcher.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
  });
  return {
    follow: async () => {
      const fresh = await discover();
      if (fresh.length > 0) watcher.add([...fresh]);
    },
    close: () => watcher.close(),
  };
}
