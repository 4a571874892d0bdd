import { writeFile } from 'node:fs/promises';
import type { Act, Mischief, Verb } from './acts.ts';
import type { Branch, Stage } from './stage.ts';

/** What ends after so many acts. */
export interface Outage {
  readonly until: number;
  end(): Promise<void>;
}

/** Does one act; gives what has to be ended later. `at`: its number. */
export async function performAct(act: Act, at: number, stage: Stage): Promise<Outage | undefined> {
  const { host, registry } = stage;
  switch (act.kind) {
    case 'commit':
      return void (await commit(branchOf(act.app, stage), stage, act.bad));
    case 'revert':
      return void (await revert(branchOf(act.app, stage), act.by, stage));
    case 'remark':
      return void (await branchOf(act.app, stage).repository.commit({ 'README.md': `Act ${at}` }, 'A remark'));
    case 'mischief':
      return void (await mistreat(act, stage));
    case 'neighbour':
      return void (await neighbour(at, stage));
    case 'git-down':
      host.git.behave(act.how);
      return { until: at + act.acts, end: async () => host.git.behave('normal') };
    case 'registry-down':
      await registry.stop();
      return { until: at + act.acts, end: () => registry.start() };
    case 'restart':
      return void (await stage.restart(act.signal));
    case 'verb':
      return call(act.verb, act.app, stage);
    case 'reload':
      return reload(act.what, at, stage);
    case 'drop':
      stage.dropped.add(act.app);
      await stage.configure();
      return {
        until: at + act.acts,
        end: async () => {
          stage.dropped.delete(act.app);
          await stage.configure();
        },
      };
  }
}

function branchOf(app: string, { branches }: Stage): Branch {
  const branch = branches.get(app);
  if (branch === undefined) throw new Error(`the soak has no app ${app}`);
  return branch;
}

/** Versions count up over all apps: each is another release. */
let versions = 1;

export async function commit(
  { app, repository, good }: Branch,
  { images }: Stage,
  bad?: Parameters<Branch['app']['files']>[2],
): Promise<void> {
  versions += 1;
  await repository.commit(app.files(versions, images, bad), `Version ${versions}${bad ? `, ${bad}` : ''}`);
  if (bad === undefined) good.push(versions);
}

async function revert({ app, repository, good }: Branch, by: number, { images }: Stage): Promise<void> {
  const version = good.at(-1 - by) ?? good[0] ?? 1;
  await repository.commit(app.files(version, images), `Back to version ${version}`);
  good.push(version);
}

interface Deed {
  /** What the engine tells of it. */
  readonly actions: readonly string[];
  act(id: string, project: string, stage: Stage): Promise<void>;
}

const deeds: Readonly<Record<Mischief, Deed>> = {
  kill: { actions: ['kill'], act: (id, _, { host }) => host.engine.kill(id) },
  stop: { actions: ['kill', 'stop'], act: (id, _, { host }) => host.engine.act(id, 'stop?t=1') },
  pause: { actions: ['pause'], act: (id, _, { host }) => host.engine.act(id, 'pause') },
  rm: { actions: ['kill', 'destroy', 'disconnect'], act: (id, _, { host }) => host.engine.rm(id) },
  rename: {
    actions: ['rename'],
    act: (id, project, { host }) => host.engine.act(id, `rename?name=${project}-renamed-${id.slice(0, 6)}`),
  },
  update: {
    actions: ['update'],
    act: (id, _, { host }) => host.engine.act(id, 'update', { Memory: 96 * 2 ** 20, MemorySwap: 192 * 2 ** 20 }),
  },
  disconnect: {
    actions: ['disconnect'],
    act: async (id, project, { host }) =>
      void (await host.engine.api.send({
        method: 'POST',
        path: `/networks/${project}_${project.endsWith('pair') ? 'back' : 'default'}/disconnect`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ Container: id }),
      })),
  },
};

async function mistreat({ app, what, which }: Extract<Act, { kind: 'mischief' }>, stage: Stage): Promise<void> {
  const containers = await stage.host.containers(app);
  const chosen = containers[Math.floor(which * containers.length)];
  if (chosen === undefined) return;
  const { actions, act } = deeds[what];
  await stage.witness.commits(chosen.id, actions, () => act(chosen.id, stage.host.named(app), stage));
}

/** A project of somebody else, whose name begins like ours. */
async function neighbour(at: number, { host, images, neighbours, witness }: Stage): Promise<void> {
  const name = `${host.named('pair')}-neighbour-${at}`;
  const labels = { 'com.docker.compose.project': name, 'com.docker.compose.service': 'web' };
  const from = Date.now();
  const id = await host.engine.run(name, images.local, { Labels: labels, Cmd: ['idle'] });
  witness.own.push({ id, from, to: Date.now(), actions: ['create', 'connect', 'start'] });
  neighbours.set(id, await stateOf(id, host));
}

/** What would differ if anybody had touched it. */
export async function stateOf(id: string, host: Stage['host']): Promise<string> {
  const { State, Name, RestartCount } = await host.engine.inspect(id);
  const { Status, StartedAt } = State as { Status: string; StartedAt: string };
  return [Name, Status, StartedAt, RestartCount].join(' ');
}

const argumentsOf: Readonly<Record<Verb, readonly string[]>> = {
  hold: ['--reason', 'the soak says so'],
  release: ['--reason', 'the soak says so'],
  retry: [],
  rollback: ['--reason', 'the soak says so'],
  apply: [],
  plan: [],
};

/** Not waited for: what a person asks for may take its time while other things happen. */
function call(verb: Verb, app: string, stage: Stage): undefined {
  const { host, pending, complaints } = stage;
  const asked = host.run(verb, host.named(app), ...argumentsOf[verb]).then(({ code, stderr, stdout }) => {
    if (code === 70 || /\n\s+at .*\.(c?js|ts):\d+/.test(stderr))
      complaints.push(`${verb} ${app} ended with ${code}: ${stdout.slice(-500)}${stderr.slice(-1500)}`);
  });
  const waiting = asked.finally(() => pending.delete(waiting));
  pending.add(waiting);
}

async function reload(
  what: Extract<Act, { kind: 'reload' }>['what'],
  at: number,
  stage: Stage,
): Promise<Outage | undefined> {
  if (what === 'other-limits') return void (await stage.configure(at % 2 === 0 ? '15s' : '16s'));
  await writeFile(stage.host.config, 'apps:\n');
  return { until: at + 2, end: () => stage.configure() };
}
