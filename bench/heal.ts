/**
 * From `docker kill` to running again: the daemon beside a person who starts `docker compose up -d --wait` at the very moment of the kill, with the same
 * image and stop signal, one after the other in one run. Each container is killed once: what is killed again and again is brought back ever slower.
 *
 *   npm run bench -- heal [ROUNDS]        default: 20
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readEntries } from '../src/edges/deployment-log/read-log.ts';
import { type Happening, witness } from '../test/soak/witness.ts';
import { engineRig } from '../test/support/engine-rig.ts';
import { gitHttpServer } from '../test/support/git-http-server.ts';
import { gitRig } from '../test/support/git-rig.ts';
import { figuresOf, milliseconds, row } from './figures.ts';
import { daemon, shell, sleep, until } from './side-by-side.ts';

const rounds = Number(process.argv[2] ?? 20);
await using rig = await engineRig();
await using git = await gitHttpServer();
await using repository = await gitRig('heal');
const folder = mkdtempSync(join(tmpdir(), `${rig.prefix}-`));
const [stateDir, configFile, byHand] = [join(folder, 'state'), join(folder, 'harbormaster.yml'), join(folder, 'hand')];
for (const path of [stateDir, byHand]) mkdirSync(path);

const image = await rig.image('heal');
const compose = stringify({ services: { web: { image, network_mode: 'none', stop_signal: 'SIGKILL' } } });
await repository.commit({ 'compose.yaml': compose });
writeFileSync(join(byHand, 'compose.yaml'), compose);
const names = Array.from({ length: rounds }, (_, index) => `${index}`);
const [ours, hands] = [rig.project('ours-'), rig.project('hand-')];
const app = (name: string) => [
  `${ours}${name}`,
  { url: git.serve(repository), branch: 'main', health: { min_ready: '0s' } },
];
writeFileSync(configFile, stringify({ apps: Object.fromEntries(names.map(app)) }));
const upOf = (name: string) => `docker compose -p ${hands}${name} up -d --wait`;
for (const name of names) await shell(upOf(name), byHand, rig.dockerHost);

const heard = await witness(rig);
{
  await using _daemon = daemon(configFile, stateDir, rig.dockerHost);
  const idOf = async (project: string) => (await rig.containers(project))[0]?.id;
  while ((await Promise.all(names.map((name) => idOf(ours + name)))).includes(undefined)) await sleep(200);
  await sleep(5000);

  const startedAt = (id: string, after: number): number | undefined =>
    heard.happenings.find(({ id: of, action, at }: Happening) => of === id && action === 'start' && at > after)?.at;
  const [healed, recorded, handed, again]: number[][] = [[], [], [], []];
  for (const name of names) {
    const own = (await idOf(ours + name)) ?? '';
    const killed = Date.now();
    await rig.kill(own);
    healed?.push((await until(() => startedAt(own, killed))) - killed);
    await sleep(700);
    const finished = (await readEntries(join(stateDir, 'log'))).findLast((entry) => entry.kind === 'finished');
    recorded?.push(Date.parse(finished?.at ?? '') - killed);

    const hand = (await idOf(hands + name)) ?? '';
    const handKilled = Date.now();
    await rig.kill(hand);
    let calls = 0;
    while (startedAt(hand, handKilled) === undefined) {
      await shell(upOf(name), byHand, rig.dockerHost);
      calls += 1;
    }
    handed?.push((startedAt(hand, handKilled) ?? 0) - handKilled);
    again?.push(calls);
    await sleep(300);
  }
  row('way', 'median ms', 'p90 ms', 'ratio');
  const hand = figuresOf(handed ?? []);
  const heal = figuresOf(healed ?? []);
  const record = figuresOf(recorded ?? []);
  row('docker compose up -d --wait, by hand: running', milliseconds(hand.median), milliseconds(hand.p90), '');
  row(
    'Harbormaster: running',
    milliseconds(heal.median),
    milliseconds(heal.p90),
    (heal.median / hand.median).toFixed(2),
  );
  row('Harbormaster: seen well, and recorded', milliseconds(record.median), milliseconds(record.p90), '');
  console.log(
    `${again?.filter((calls) => calls > 1).length} of ${rounds} times the first command by hand did nothing: the engine still told that the container ran.`,
  );
}
await heard[Symbol.asyncDispose]();
rmSync(folder, { recursive: true, force: true });
