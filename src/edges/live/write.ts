import { posix } from 'node:path';
import type { Release } from '../../model/release.ts';
import { descend } from './folder.ts';
import type { Home } from './home.ts';
import { writeInto } from './in-place.ts';
import { readMarker, type Tracked, type TrackedFile, writeMarker } from './marker.ts';
import { clear, type Obstacles, obstaclesTo } from './obstacles.ts';
import { lookAt, place } from './placed.ts';
import { standing } from './standing.ts';
import { contentOf, type Wanted, type WantedFile, wantedOf } from './wanted.ts';

/** A file that `live/` does not have as the release wants it. */
interface Difference {
  readonly path: string;
  readonly file: WantedFile;
  readonly content: string;
}

/** Brings `live/` to a release. Everything that can be refused is refused before the first change. */
export async function write(
  home: Home,
  release: Release,
  exported: string,
  inPlace: ReadonlySet<string>,
): Promise<void> {
  const before = await readMarker(home.marker);
  const wanted = await wantedOf(exported, release.mounts);
  const { same, different } = await compare(home, before.files, wanted, release.digest);
  const obstacles = await obstaclesOf(home, before.files, wanted, different);
  const mounts = new Map(release.mounts.map(({ path, object }) => [path, object.id]));
  // From here on until the end, nobody can say what `live/` holds; what a change that is cut short leaves is ours all the same.
  const promised = different.map(({ path, file, content }) => [path, promise(file, content, release.digest)] as const);
  await writeMarker(home.marker, { release: undefined, mounts, files: new Map([...before.files, ...promised]) });
  await clear(obstacles, home.folders.live);
  for (const path of wanted.folders) await makeBelow(home, path);
  const placed = await placeAll(home, different, { release: release.digest, inPlace });
  const gone = new Set(obstacles.files);
  const left = [...before.files].filter(([path]) => !gone.has(path));
  await writeMarker(home.marker, { release: release.digest, mounts, files: new Map([...left, ...same, ...placed]) });
}

async function compare(home: Home, tracked: Tracked, wanted: Wanted, release: string) {
  const same = new Map<string, TrackedFile>();
  const different: Difference[] = [];
  for (const [path, file] of wanted.files) {
    const content = await contentOf(file);
    const expected = { ...(tracked.get(path) ?? promise(file, content, release)), kind: file.kind };
    const found = expected.content === content ? await standing(home.folders.live, path, expected) : undefined;
    if (found) same.set(path, { ...found, release });
    else different.push({ path, file, content });
  }
  return { same, different };
}

async function obstaclesOf(home: Home, tracked: Tracked, wanted: Wanted, different: readonly Difference[]) {
  const ground = { live: home.folders.live, isTracked: (path: string) => tracked.has(path) };
  const all: Obstacles[] = [];
  for (const { path } of different) all.push(await obstaclesTo(path, 'file', ground));
  for (const path of wanted.folders) all.push(await obstaclesTo(path, 'folder', ground));
  return { files: all.flatMap(({ files }) => files), folders: all.flatMap(({ folders }) => folders) };
}

async function placeAll(
  { folders, staging }: Home,
  different: readonly Difference[],
  { release, inPlace }: { readonly release: string; readonly inPlace: ReadonlySet<string> },
): Promise<Tracked> {
  const placed = new Map<string, TrackedFile>();
  for (const { path, file, content } of different) {
    const name = posix.basename(path);
    await using folder = await descend(folders.live, posix.dirname(path), 'make');
    const isWritten = inPlace.has(path) && (await writeInto(folder, name, file));
    if (!isWritten) await place(folder, name, file, staging);
    placed.set(path, { ...promise(file, content, release), ...(await lookAt(folder, name)) });
  }
  for (const path of new Set([...placed.keys()].map((file) => posix.dirname(file)))) {
    await using folder = await descend(folders.live, path);
    await folder.sync();
  }
  return placed;
}

async function makeBelow({ folders }: Home, path: string): Promise<void> {
  await using _made = await descend(folders.live, path, 'make');
}

/** A file of ours that nobody has looked at in its place yet. */
const promise = ({ kind }: WantedFile, content: string, release: string): TrackedFile => ({
  kind,
  content,
  size: -1,
  changed: -1,
  inode: -1,
  release,
});
