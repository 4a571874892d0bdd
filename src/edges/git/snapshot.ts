import { HarborError } from '../../errors.ts';
import { lru } from './lru.ts';
import type { Mirror } from './mirror.ts';
import type { ObjectType, Taker } from './objects.ts';
import { type Recall, recall } from './recall.ts';
import { parseTree, type Tree } from './tree.ts';

/** One commit of one mirror, to be read. */
export interface Snapshot {
  readonly commit: string;
  /** Id of the top folder. */
  readonly root: string;
  tree(id: string): Promise<Tree>;
  /** A file's content; undefined if it is larger than `limit` bytes. */
  blob(id: string, limit: number): Promise<Buffer | undefined>;
  /** Hands on a file's content as it comes; gives its size. `allow` may refuse by throwing before anything is read. */
  pour(id: string, sink: (chunk: Buffer) => unknown, allow: (size: number) => void): Promise<void>;
}

/** Folders that were read, for all mirrors together: a commit that changes one file is looked through in memory but for that file's folders. */
export interface TreeCache {
  readonly tree: Recall<Tree>;
  /** By mirror and commit. */
  readonly root: Recall<string>;
}

/** About 10 MB. */
const treeBudget = 50_000;
const largestTree = 32 * 1024 * 1024;
const largestCommit = 4 * 1024 * 1024;

export const treeCache = (): TreeCache => ({
  tree: recall(lru(treeBudget, (tree) => tree.size + 4)),
  root: recall(lru(2000)),
});

/** Throws `source-broken` if the mirror does not have the commit. */
export async function snapshotOf(mirror: Mirror, commit: string, cache: TreeCache): Promise<Snapshot> {
  const root = await cache.root(`${mirror.folder} ${commit}`, () => rootOf(mirror, commit));
  const tree = (id: string): Promise<Tree> =>
    cache.tree(`${mirror.folder} ${id}`, async () =>
      parseTree(await whole(mirror, id, 'tree', largestTree), id.length / 2),
    );
  return {
    commit,
    root,
    tree,
    blob: async (id, limit) => {
      const chunks: Buffer[] = [];
      const head = await get(mirror, id, 'blob', ({ size }) =>
        size > limit ? undefined : (chunk) => chunks.push(chunk),
      );
      return head.size > limit ? undefined : Buffer.concat(chunks);
    },
    pour: async (id, sink, allow) => {
      await get(mirror, id, 'blob', ({ size }) => {
        allow(size);
        return sink;
      });
    },
  };
}

async function rootOf(mirror: Mirror, commit: string): Promise<string> {
  const missing = new HarborError(`The mirror does not have the commit ${commit.slice(0, 12)}`, {
    code: 'source-broken',
    hint: 'It is fetched again at the next pass.',
  });
  const chunks: Buffer[] = [];
  const found = await tryGet(mirror, commit, ({ type, size }) =>
    type === 'commit' && size <= largestCommit ? (chunk) => chunks.push(chunk) : undefined,
  );
  if (!found) throw missing;
  const [, root] = /^tree ([0-9a-f]{40,64})\n/.exec(Buffer.concat(chunks).toString('latin1')) ?? [];
  if (root === undefined) throw missing;
  return root;
}

async function whole(mirror: Mirror, id: string, type: ObjectType, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const { size } = await get(mirror, id, type, (head) =>
    head.size > limit ? undefined : (chunk) => chunks.push(chunk),
  );
  if (size <= limit) return Buffer.concat(chunks);
  throw new HarborError(`A folder in the repository has a listing of ${size} bytes`, {
    code: 'tree-refused',
    hint: `The limit is ${limit} bytes.`,
  });
}

/** For what a commit says that it holds: if that is missing, the mirror is broken. */
async function get(mirror: Mirror, id: string, type: ObjectType, take: Taker): Promise<{ readonly size: number }> {
  const head = await tryGet(mirror, id, (found) => (found.type === type ? take(found) : undefined));
  if (head?.type === type) return head;
  throw broken(mirror, `it lacks the ${type} ${id.slice(0, 12)}`);
}

async function tryGet(mirror: Mirror, id: string, take: Taker) {
  try {
    return await mirror.objects.get(id, take);
  } catch (error) {
    if (error instanceof HarborError) throw error;
    throw broken(mirror, 'git could not read it', error);
  }
}

function broken(mirror: Mirror, because: string, cause?: unknown): HarborError {
  mirror.suspect();
  return new HarborError(`The mirror ${mirror.folder} is broken: ${because}`, {
    code: 'source-broken',
    hint: 'It is made anew by the next fetch.',
    cause,
  });
}
