import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listGhosts } from '../../src/edges/engines/api/observe.ts';
import type { HostStatus, PlanReport } from '../../src/model/report.ts';
import { eventually } from '../support/world.ts';
import { type Act, actsOf, sentenceOf } from './acts.ts';
import { violations } from './invariants.ts';
import { judgeMemory } from './memory.ts';
import { commit, type Outage, performAct, stateOf } from './perform-act.ts';
import { type Branch, type Stage, stage } from './stage.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly acts: number;
  readonly say: (line: string) => void;
  /** How long it may take until everything is as declared. Seconds. */
  readonly patience?: number;
}

export interface SoakReport {
  readonly violations: readonly string[];
  /** What a person wants to know of it. */
  readonly summary: readonly string[];
  /** The whole record, for who looks into a violation. */
  readonly record: unknown;
}

/** Lets a host go through whatever chance brings, and looks whether it is as it should be afterwards. */
export async function soak({ seed, acts: count, say, patience = 120 }: SoakOptions): Promise<SoakReport> {
  const acts = actsOf(seed, count);
  await using host = await stage();
  const begun = performance.now();
  const told = (line: string): void => say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  await atRest(host, patience);
  told('all apps run');
  await goThrough(acts, host, told);
  told('the acts are over');
  const unfinished = await comeToRest(host, patience).then(
    () => [],
    (error: unknown) => [`not at rest within ${patience} s: ${error instanceof Error ? error.message : error}`],
  );
  const ghosts = await ghostsOf(host);
  told(unfinished.length === 0 ? 'at rest' : 'not at rest');
  const { entries, found } = await lookBack(host);
  const memory = judgeMemory(host.samples);
  const { happenings, own } = host.witness;
  const counts = `${count} acts, ${entries.length} entries, ${entries.filter(({ kind }) => kind === 'started').length} operations, ${happenings.length} events of the engine, ${host.neighbours.size} foreign containers`;
  const broken = [...unfinished, ...host.complaints, ...found, ...memory.violations];
  return {
    violations: ghosts.length > 0 ? [] : broken,
    summary: [...ghosts, counts, ...memory.lines.map((line) => `memory: ${line}`)],
    record: { seed, acts, entries, happenings, own, samples: host.samples, daemon: host.daemon().output() },
  };
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function goThrough(acts: readonly Act[], host: Stage, told: (line: string) => void): Promise<void> {
  const outages = new Set<Outage>();
  const under = new Set<string>();
  for (const [at, act] of acts.entries()) {
    for (const outage of outages) {
      if (outage.until > at) continue;
      await outage.end();
      outages.delete(outage);
    }
    if (outages.size === 0) under.clear();
    // One of each kind at a time: a server that is down cannot go down.
    const isDouble = /-down$|drop|reload/.test(act.kind) && under.has(act.kind);
    told(`${at} ${sentenceOf(act)}${isDouble ? ' (already)' : ''}`);
    const outage = isDouble ? undefined : await performAct(act, at, host);
    if (outage) {
      outages.add(outage);
      under.add(act.kind);
    }
    await sleep(act.pause);
  }
  for (const outage of outages) await outage.end();
}

/** All outages are over, nobody is held, and every branch ends with a good commit: then everything has to come right by itself. */
async function comeToRest(host: Stage, patience: number): Promise<void> {
  await host.configure();
  await Promise.all(host.pending);
  for (const branch of host.branches.values()) {
    await commit(branch, host);
    const { code, stdout, stderr } = await host.host.run('release', host.host.named(branch.app.name));
    if (code !== 0) throw new Error(`release ${branch.app.name} ended with ${code}: ${stdout}${stderr}`);
  }
  await atRest(host, patience);
  await harmAll(host);
  await atRest(host, patience);
}

/** No commit follows that would put everything right, nor does any of those before: only who heals is at rest again. */
async function harmAll(host: Stage): Promise<void> {
  for (const { app } of host.branches.values()) {
    const containers = await host.host.containers(app.name);
    const main = containers.findIndex(({ service }) => service === app.main);
    const which = (main + 0.5) / containers.length;
    await performAct({ kind: 'mischief', app: app.name, what: 'kill', which, pause: 0 }, 0, host);
  }
}

/** Every app runs exactly what its branch declares, and is healthy; nothing is left to do. */
async function atRest(host: Stage, patience: number): Promise<void> {
  await eventually(async () => {
    const status = JSON.parse((await host.host.run('status', '--json')).stdout) as HostStatus;
    for (const branch of host.branches.values()) await assertAtRest(branch, status, host);
    const { plans } = JSON.parse((await host.host.run('plan', '--json')).stdout) as { plans: readonly PlanReport[] };
    for (const plan of plans) {
      if (plan.kind !== 'planned' || plan.plan.steps.length > 0)
        throw new Error(`plan is not empty: ${JSON.stringify(plan).slice(0, 600)}`);
    }
    if (plans.length !== host.branches.size) throw new Error(`there are ${plans.length} plans`);
  }, patience);
}

async function assertAtRest({ app, good }: Branch, status: HostStatus, { host }: Stage): Promise<void> {
  const name = host.named(app.name);
  const known = status.apps.find((candidate) => candidate.app === name);
  const isIdle = known !== undefined && known.operation === undefined;
  if (!isIdle || known.sync.state !== 'in-sync' || known.health.state !== 'healthy' || known.blockedBy.length > 0)
    throw new Error(`${app.name}: ${JSON.stringify(known).slice(0, 900)}`);
  const { deployed } = known;
  const file = join(host.state, 'apps', name, 'releases', deployed?.release ?? '', 'release.json');
  const { release } = JSON.parse(await readFile(file, 'utf8')) as {
    release: { services: { name: string; digest: string }[] };
  };
  const containers = await host.containers(app.name);
  const running = containers.filter(({ state }) => state === 'running');
  const other = containers.filter(({ state, service }) => state !== 'running' && !app.jobs.includes(service ?? ''));
  if (running.map(({ service }) => service).join() !== app.services.join() || other.length > 0)
    throw new Error(`${app.name} runs ${containers.map(({ name: of, state }) => `${of} ${state}`).join(', ')}`);
  for (const { service, digest, name: of } of containers) {
    const declared = release.services.find((candidate) => candidate.name === service);
    if (declared?.digest !== digest) throw new Error(`${of} is not of the deployed release`);
    if (of !== `${name}-${service}-1`) throw new Error(`${of} has not its own name`);
  }
  const main = running.find(({ service }) => service === app.main);
  const shown = await host.engine.exec(main?.id ?? '', app.shows);
  if (shown.trim() !== `${good.at(-1)}`) throw new Error(`${app.name} shows version ${shown}, not ${good.at(-1)}`);
}

/**
 * Chance may rename a container while it removes it: what the engine makes of that keeps Compose, and so everybody, from its app until the engine has been
 * started anew, which is not ours to do. Nothing can be said of such a run.
 */
async function ghostsOf({ host, branches }: Stage): Promise<readonly string[]> {
  const projects = [...branches.keys()].map((name) => host.named(name));
  const found = await Promise.all(projects.map((project) => listGhosts(host.engine.api, project)));
  return found
    .flat()
    .map(({ id, project }) => `not judged: the engine lists ${id} of ${project}, which it has removed`);
}

async function lookBack(host: Stage) {
  const { host: rig, neighbours, witness } = host;
  const found: string[] = [];
  const { code, stdout } = await rig.run('log', 'verify');
  if (code !== 0) found.push(`log verify ended with ${code}: ${stdout}`);
  for (const [id, before] of neighbours) {
    const after = await stateOf(id, rig).catch(String);
    if (after !== before) found.push(`the foreign container ${id.slice(0, 12)} was ${before} and is ${after}`);
  }
  for (const { name } of await rig.engine.containers())
    if (/^[0-9a-f]{12}_/.test(name)) found.push(`a half-made container is left: ${name}`);
  const deaf = witness.deaf();
  if (deaf !== undefined) found.push(`the witness did not hear everything: ${deaf}`);
  const entries = await rig.journal();
  const apps = [...host.branches.keys()].map((name) => rig.named(name));
  const { happenings, own } = witness;
  found.push(...violations({ entries, happenings, own, apps, foreign: new Set(neighbours.keys()) }));
  return { entries, found: [...found, ...(await leftNetworks(host))] };
}

/** Only what the apps declare is left of networks. */
async function leftNetworks({ host }: Stage): Promise<readonly string[]> {
  const all = (await host.engine.api.json({ method: 'GET', path: '/networks' })) as { Name: string }[];
  const declared = ['pair_front', 'pair_back', 'mounted_default', 'job_default', 'built_default', 'pinned_default'];
  return all
    .map(({ Name }) => Name)
    .filter(
      (name) => name.startsWith(host.engine.prefix) && !declared.includes(name.slice(host.engine.prefix.length + 1)),
    )
    .map((name) => `a network is left: ${name}`);
}
