import { eventually } from '../support/world.ts';
import type { LogOrder } from './inside/orders.ts';
import { assertInSync, assertQuiet, assertRuns, entriesOf } from './rest.ts';
import type { Recovery } from './schedule.ts';
import type { Branch, Stage } from './stage.ts';
import { leaving, telling } from './upkeep.ts';

/** Something that Harbormaster does, and may be killed at every step of. */
export interface Operation {
  /** What it needs beforehand, without harm. */
  prepare?(stage: Stage): Promise<void>;
  /** Brings it about; the daemon does the rest. */
  begin(stage: Stage): Promise<void>;
  /** The first point, with its number, that is not one of another operation as well; undefined: all are its own. */
  readonly from?: string;
  /** What it is about; undefined: every point. */
  readonly only?: RegExp;
  /** As in an order. */
  readonly log?: LogOrder;
  /** What prepares it gives orders, and only the program as it is built for torture takes any. */
  readonly takesOrders?: true;
  /** What a process passes that takes it up; undefined: as after every operation on apps. */
  readonly recovery?: Recovery;
  /** Throws until it has come to its end, whoever died on the way. */
  ended(stage: Stage): Promise<void>;
  /** Brings the host back to where the next operation may begin. */
  after?(stage: Stage): Promise<void>;
}

const isDeployed = async (stage: Stage, branch: Branch): Promise<void> => {
  await assertRuns(stage, branch, branch.wanted);
  await assertInSync(stage, branch);
  await assertQuiet(stage, branch);
};

const deployment = (name: keyof Stage['branches'], ...changes: Parameters<Stage['push']>[1] & object): Operation => ({
  begin: async (stage) => void (await stage.push(stage.branches[name], changes)),
  ended: (stage) => isDeployed(stage, stage.branches[name]),
});

/** What was undone again and again is corrected ever more slowly: each heal meets a drift that the host has not seen yet. */
const harmed = new Set<string>();

function heal(actions: readonly string[], harm: (stage: Stage, id: string, name: string) => Promise<void>): Operation {
  const isFresh = ({ name }: { readonly name: string }) => !harmed.has(`${name} ${actions}`);
  const fresh = async ({ host }: Stage) =>
    (await host.containers('shop')).find((each) => each.service !== 'web' && isFresh(each));
  return {
    async prepare(stage) {
      if ((await fresh(stage)) === undefined) await cleared(stage, stage.branches.shop, ['extra']);
    },
    async begin(stage) {
      const { id = '', name = '' } = (await fresh(stage)) ?? {};
      harmed.add(`${name} ${actions}`);
      await stage.witness.commits(id, actions, () => harm(stage, id, name));
    },
    ended: (stage) => isDeployed(stage, stage.branches.shop),
  };
}

/** A release that fails: what ran before comes back by itself, and the bad one is not tried again. */
const restore = (name: keyof Stage['branches'], from: string): Operation => {
  let bad = '';
  return {
    from,
    async begin(stage) {
      bad = await stage.push(stage.branches[name], [], true);
    },
    async ended(stage) {
      const branch = stage.branches[name];
      const status = await stage.status(branch);
      if (status?.desired?.commit !== bad || status.blockedBy.length === 0) throw new Error('it has not failed yet');
      await assertRuns(stage, branch, branch.wanted);
      await assertQuiet(stage, branch);
    },
    after: (stage) => cleared(stage, stage.branches[name]),
  };
};

/** The next release lifts whatever trouble there was. */
async function cleared(stage: Stage, branch: Branch, changes: Parameters<Stage['push']>[1] = []): Promise<void> {
  await stage.push(branch, changes);
  await eventually(() => isDeployed(stage, branch), 60);
}

/** What a person asked for, who asks again as long as he was not told that it is begun. */
class Asked {
  #after = 0;
  #isPending = false;

  async begin(stage: Stage): Promise<void> {
    this.#after = (await entriesOf(stage)).at(-1)?.seq ?? 0;
    this.#ask(stage);
  }

  async insist(stage: Stage): Promise<void> {
    const entries = await entriesOf(stage);
    const isBegun = entries.some(
      ({ seq, ...entry }) => seq > this.#after && entry.kind === 'started' && entry.purpose === 'rollback',
    );
    if (!isBegun && !this.#isPending) this.#ask(stage);
  }

  #ask({ host, harbor }: Stage): void {
    this.#isPending = true;
    const request = { app: host.named('shop'), to: undefined, reason: 'it is slow', hold: true };
    // The answer may be lost with the daemon.
    void harbor()
      .rollback(request, { kind: 'request' }, () => undefined)
      .catch((error: unknown) => void console.log(error))
      .finally(() => {
        this.#isPending = false;
      });
  }
}

function rollback(): Operation {
  const asked = new Asked();
  return {
    async prepare(stage) {
      const { shop } = stage.branches;
      if (shop.before === undefined) await cleared(stage, shop);
    },
    async begin(stage) {
      const { shop } = stage.branches;
      await asked.begin(stage);
      shop.wanted = shop.before ?? shop.wanted;
    },
    async ended(stage) {
      const { shop } = stage.branches;
      await asked.insist(stage);
      await assertRuns(stage, shop, shop.wanted);
      const status = await stage.status(shop);
      if (!status?.blockedBy.some(({ code }) => code === 'held')) throw new Error('it is not held');
      await assertQuiet(stage, shop);
    },
    async after(stage) {
      await stage.harbor().release(stage.host.named('shop'), undefined, { kind: 'request' });
      await cleared(stage, stage.branches.shop);
    },
  };
}

/** The app leaves the configuration: what it had goes, but for its volume. */
const removal = (name: keyof Stage['branches']): Operation => ({
  async begin(stage) {
    const branch = stage.branches[name];
    branch.isDeclared = false;
    branch.ran.push(...branch.app.farewell(branch.wanted));
    await stage.configure();
  },
  async ended(stage) {
    const { host } = stage;
    const left = await host.containers(name);
    if (left.length > 0) throw new Error(`there is still ${left.map((container) => container.name)}`);
    const { leaving = [] } = await stage.harbor().status([]);
    if (leaving.length > 0) throw new Error(`it is still leaving: ${JSON.stringify(leaving)}`);
    await assertQuiet(stage, stage.branches[name === 'kit' ? 'shop' : 'kit']);
  },
  async after(stage) {
    const branch = stage.branches[name];
    branch.isDeclared = true;
    await stage.push(branch);
    branch.before = undefined;
    await stage.configure();
    await eventually(() => isDeployed(stage, branch), 60);
  },
});

const all = {
  deploy: deployment('shop', 'extra'),
  'deploy another network and images': deployment('shop', 'tag', 'context', 'network'),
  'deploy with hooks': deployment('kit'),
  restore: restore('shop', 'log finished 1'),
  'restore with hooks': restore('kit', 'log step hook 2'),
  rollback: rollback(),
  // A further file for every other entry, and a checkpoint for each.
  'begin further files and sign checkpoints': {
    ...deployment('shop', 'extra'),
    log: { segmentBytes: 3000, checkpointEntries: 1 },
    only: /N\.(?:jsonl|checkpoint)/,
  },
  'push to the witness': telling(deployment('shop', 'extra')),
  'prune closed files': leaving((stage) => cleared(stage, stage.branches.shop, ['extra'])),
  'heal a container that is gone': heal(['kill', 'destroy'], ({ host }, id) => host.engine.rm(id)),
  'heal a container that was killed': heal(['kill'], ({ host }, id) => host.engine.kill(id)),
  'heal a container with another name': heal(['rename'], ({ host }, id, name) =>
    host.engine.act(id, `rename?name=${name}-x`),
  ),
  removal: removal('shop'),
  'removal with hooks': removal('kit'),
};

export type OperationName = keyof typeof all;
export const operations: Readonly<Record<OperationName, Operation>> = all;
export const operationNames = Object.keys(all) as readonly OperationName[];
