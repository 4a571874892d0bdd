import * as z from 'zod';
import { logName } from '../../src/edges/deployment-log/checkpoint.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { GitRig } from '../support/git-rig.ts';
import type { World } from '../support/world.ts';

/** A repository elsewhere that is told of the log, looked at with nothing but Git. */
export interface OffHost {
  /** What the configuration says of the log while it is told. */
  readonly settings: { readonly checkpoint_entries: number; readonly witness: object };
  /** For `log verify`. */
  readonly address: readonly string[];
  /** The last entry that its newest checkpoint is about; 0: it holds none. */
  covered(): Promise<number>;
  /** Whether it was ever given this very file. */
  holds(content: string): Promise<boolean>;
  /** What contradicts these, of what it holds: entries of another text, twice, or with some left out in between. */
  lies(entries: readonly Entry[]): Promise<readonly string[]>;
}

const branch = 'record';

export async function offHost(host: World): Promise<OffHost> {
  const rig = await host.repository('witness');
  await rig.git(['config', 'http.receivepack', 'true']);
  await rig.git(['config', 'receive.denyNonFastForwards', 'true']);
  await rig.git(['config', 'uploadpack.allowFilter', 'true']);
  return {
    settings: { checkpoint_entries: 1, witness: { url: rig.url, branch, entries: 'all' } },
    address: ['--witness', rig.url, '--branch', branch],
    async covered() {
      const [path] = (await pathsOf(rig)).filter((each) => each.endsWith('/checkpoint'));
      if (path === undefined) return 0;
      const [origin = '', size = ''] = (await rig.git(['cat-file', 'blob', `${branch}:${path}`])).split('\n');
      if (!origin.startsWith(logName(''))) throw new Error(`what it holds is about ${origin}`);
      return Number(size);
    },
    holds: async (content) => {
      const id = await rig.git(['hash-object', '--stdin'], content);
      return rig.git(['cat-file', '-e', id]).then(
        () => true,
        () => false,
      );
    },
    async lies(entries) {
      const held = await linesOf(rig);
      return held.flatMap((line, at) => (line === ordered(entries[at]) ? [] : [`its line ${at + 1} is ${line}`]));
    },
  };
}

const pathsOf = async (rig: GitRig): Promise<readonly string[]> =>
  (await rig.git(['ls-tree', '-r', '--name-only', branch]).catch(() => '')).split('\n');

const object = z.record(z.string(), z.unknown());

/** Whatever order its keys were written in. */
const ordered = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    const { success, data = {} } = object.safeParse(part);
    return success ? Object.fromEntries(Object.entries(data).toSorted()) : part;
  });

/** Every line of every file, in the order of their names. */
async function linesOf(rig: GitRig): Promise<readonly string[]> {
  const paths = (await pathsOf(rig)).filter((path) => path.endsWith('.jsonl')).toSorted();
  if (paths.length === 0) return [];
  const contents = await rig.git(['cat-file', '--batch'], paths.map((path) => `${branch}:${path}\n`).join(''));
  const lines = contents.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => ordered(JSON.parse(line)));
}
