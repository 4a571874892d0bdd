/**
 * From a commit to healthy: the daemon beside a person who runs `git pull && docker compose up -d --wait` for the same change of an equal project, one after
 * the other in one run. A person starts when the push is done; the daemon when it next looks (each second), which is told apart, or with `webhook` when a forge
 * tells it, which it does when the push is done.
 *
 *   npm run bench -- deploy [ROUNDS] [webhook]        default: 15
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readEntries } from '../src/edges/deployment-log/read-log.ts';
import type { Entry } from '../src/model/entry.ts';
import { type EngineRig, engineRig } from '../test/support/engine-rig.ts';
import { githubPush } from '../test/support/forges.ts';
import { freePort } from '../test/support/free-port.ts';
import { type GitHttpServer, gitHttpServer } from '../test/support/git-http-server.ts';
import { type GitRig, gitRig } from '../test/support/git-rig.ts';
import { figuresOf, milliseconds, row } from './figures.ts';
import { daemon, shell, sleep, until } from './side-by-side.ts';

const rounds = Number(process.argv[2] ?? 15);
const isTold = process.argv[3] === 'webhook';
const secret = 'a secret of some length';

interface Case {
  readonly services: number;
  readonly healthcheck: boolean;
}

/** Milliseconds. */
interface Round {
  readonly hand: number;
  /** From the push, from the question to Git that finds the commit, and from the intent, to the outcome. */
  readonly pushed: number;
  /** From the push to the answer to the webhook. */
  readonly answered: number;
  readonly detected: number;
  readonly operation: number;
  /** What the operation consists of: to the first step, Compose, and then until all is well and written down. */
  readonly phases: readonly number[];
}

/** Where the rounds of one case take place. */
interface Place {
  readonly rig: EngineRig;
  readonly git: GitHttpServer;
  readonly ours: GitRig;
  readonly hands: GitRig;
  readonly port: number;
  readonly clone: string;
  readonly log: string;
  readonly up: string;
}

const check = { test: ['CMD', 'true'], interval: '1s' };

function composeOf({ services, healthcheck }: Case, image: string, version: number): string {
  const service = {
    image,
    network_mode: 'none',
    stop_signal: 'SIGKILL',
    environment: { VERSION: `${version}` },
    ...(healthcheck && { healthcheck: check }),
  };
  return stringify({ services: Object.fromEntries(Array.from({ length: services }, (_, at) => [`s${at}`, service])) });
}

async function measure(what: Case, rig: EngineRig, image: string): Promise<readonly Round[]> {
  await using git = await gitHttpServer();
  await using ours = await gitRig('ours');
  await using hands = await gitRig('hand');
  const folder = mkdtempSync(join(tmpdir(), `${rig.prefix}-`));
  const [stateDir, configFile] = [join(folder, 'state'), join(folder, 'harbormaster.yml')];
  mkdirSync(stateDir);
  const kind = `${what.services}${what.healthcheck ? 'h' : 'n'}`;
  const interval = isTold ? '6h' : '1s';
  const app = { url: git.serve(ours), branch: 'main', interval, health: { min_ready: '0s' } };
  const port = await freePort();
  process.env['WEBHOOK_SECRET'] = secret;
  const hearing = {
    api: { listen: `127.0.0.1:${port}` },
    webhooks: { forge: { type: 'github', secret: '${WEBHOOK_SECRET}' } },
  };
  const apps = { [rig.project(`ours-${kind}`)]: app };
  writeFileSync(configFile, stringify({ ...(isTold && hearing), apps }));
  const file = (version: number) => ({ 'compose.yaml': composeOf(what, image, version) });
  await Promise.all([ours.commit(file(0)), hands.commit(file(0))]);
  await shell(`git clone -q ${git.serve(hands)} clone`, folder, rig.dockerHost);
  const up = `docker compose -p ${rig.project(`hand-${kind}`)} up -d --wait`;
  const place = { rig, git, ours, hands, port, clone: join(folder, 'clone'), log: join(stateDir, 'log'), up };
  await shell(up, place.clone, rig.dockerHost);
  const measured: Round[] = [];
  {
    await using _daemon = daemon(configFile, stateDir, rig.dockerHost);
    await finishedAfter(0, place);
    for (let version = 1; version <= rounds; version += 1) measured.push(await once(file(version), place));
  }
  rmSync(folder, { recursive: true, force: true });
  return measured;
}

async function once(files: Record<string, string>, place: Place): Promise<Round> {
  const { rig, git, ours, hands, clone, up } = place;
  await hands.commit(files);
  const begun = Date.now();
  await shell(`git pull -q --ff-only && ${up}`, clone, rig.dockerHost);
  const hand = Date.now() - begun;

  const before = (await readEntries(place.log)).length;
  // Not always right after a look.
  await sleep(Math.random() * 1000);
  await ours.commit(files);
  const pushed = Date.now();
  const asked = git.requests.length;
  if (isTold) await tell(place);
  const answered = Date.now();
  await until(() => (git.requests.length > asked ? true : undefined));
  const detected = Date.now();
  const at = await finishedAfter(before, place);
  const [begin = 0, end = 0] = [at[0], at.at(-1)];
  const phases = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  return {
    hand,
    pushed: end - pushed,
    answered: answered - pushed,
    detected: end - detected,
    operation: end - begin,
    phases,
  };
}

async function tell({ git, ours, port }: Place): Promise<void> {
  const push = githubPush({ secret, repository: git.serve(ours).replace(/\.git$/, '') });
  const { status } = await fetch(`http://127.0.0.1:${port}/webhooks/forge`, { method: 'POST', ...push });
  if (status !== 202) throw new Error(`the webhook was answered with ${status}`);
}

/** When the operation that the log tells after so many entries began, took its steps, and ended. Asked for seldom: reading takes time that is being measured. */
async function finishedAfter(entries: number, { log }: Place): Promise<readonly number[]> {
  for (;;) {
    await sleep(250);
    const fresh: readonly Entry[] = (await readEntries(log).catch(() => [])).slice(entries);
    const end = fresh.find((entry) => entry.kind === 'finished');
    if (end && end.outcome.kind !== 'applied') throw new Error(JSON.stringify(end.outcome));
    if (end)
      return fresh.filter(({ kind }) => ['started', 'step', 'finished'].includes(kind)).map(({ at }) => Date.parse(at));
  }
}

await using rig = await engineRig();
const image = await rig.image('deploy');
row('services', 'healthcheck', 'way', 'median ms', 'p90 ms', 'ratio');
for (const healthcheck of [true, false]) {
  for (const services of [1, 3]) {
    const measured = await measure({ services, healthcheck }, rig, image);
    const hand = figuresOf(measured.map((round) => round.hand));
    const told = (way: string, pick: (round: Round) => number, ratio = true): void => {
      const { median, p90 } = figuresOf(measured.map(pick));
      const times = ratio ? (median / hand.median).toFixed(2) : '';
      row(services, healthcheck ? '1 s' : 'none', way, milliseconds(median), milliseconds(p90), times);
    };
    told('git pull && docker compose up -d --wait', (round) => round.hand, false);
    told('Harbormaster, from detection', (round) => round.detected);
    told('Harbormaster, from intent to outcome', (round) => round.operation);
    told(`Harbormaster, from the ${isTold ? 'webhook' : 'push'}`, (round) => round.pushed, isTold);
    if (isTold) told('… until the webhook was answered', (round) => round.answered, false);
    for (const [index, phase] of ['to the first step', 'Compose', 'until well, and written down'].entries())
      told(`… ${phase}`, ({ phases }) => phases[index] ?? 0, false);
  }
}
