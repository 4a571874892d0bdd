import { keyIn } from '../../src/edges/deployment-log/read-log.ts';
import { verify } from '../../src/edges/deployment-log/verify.ts';
import { statePaths } from '../../src/edges/state-folder.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { Version } from './apps.ts';
import type { Traced } from './inside/orders.ts';
import type { Branch, Stage } from './stage.ts';

/** The log as it is on disk, and what left it; torn writes that were repaired are in it, and are no entries. */
export const entriesOf = ({ chronicle }: Stage): Promise<readonly Entry[]> => chronicle.entries();

/** Throws what is not yet, or never will be, as it must be: containers, their version, and nothing left over. */
export async function assertRuns({ host }: Stage, { app, ran }: Branch, wanted: Version): Promise<void> {
  const name = host.named(app.name);
  const containers = await host.containers(app.name);
  const found = containers.map((container) => `${container.name} ${container.state}`);
  const expected = app.services(wanted).map((service) => `${name}-${service}-1 running`);
  equal(found.toSorted().join(', '), expected.toSorted().join(', '), 'containers');
  const web = containers.find(({ service }) => service === 'web');
  const said = await host.engine.exec(web?.id ?? '', [
    'sh',
    '-c',
    'cat /www/index.html; echo " $VERSION"; cat /data/ran 2>/dev/null',
  ]);
  const [shown, ...lines] = said.trim().split('\n');
  equal(shown, `page ${wanted.all} ${wanted.all}`, 'shown');
  equal(lines.toSorted().join(', '), ran.toSorted().join(', '), 'hooks that ran');
}

/** Every intent has its outcome, and nothing is under way. */
export async function assertQuiet(stage: Stage, branch: Branch): Promise<void> {
  const entries = await entriesOf(stage);
  const finished = new Set(entries.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : [])));
  const open = entries.find((entry) => entry.kind === 'started' && !finished.has(entry.seq));
  equal(open?.seq, undefined, 'open intent');
  const status = await stage.status(branch);
  equal(status?.operation, undefined, 'operation');
}

export async function assertInSync(stage: Stage, branch: Branch): Promise<void> {
  const { sync, health, blockedBy } = (await stage.status(branch)) ?? {};
  equal(sync?.state, 'in-sync', `sync of ${JSON.stringify({ sync, blockedBy })}`);
  equal(health?.state, 'healthy', 'health');
  equal(JSON.stringify(blockedBy), '[]', 'blocks');
}

function equal(found: unknown, wanted: unknown, what: string): void {
  if (found !== wanted) throw new Error(`${what}: ${found}\n     wanted: ${wanted}`);
}

/** What was acknowledged before a death is on the disk after it, and what is there proves itself. */
export async function recordViolations(stage: Stage, trace: readonly Traced[]): Promise<readonly string[]> {
  const entries = await entriesOf(stage);
  const there = new Set(entries.map(({ seq, at, kind }) => `${seq} ${at} ${kind}`));
  const acknowledged = trace.flatMap((line) => ('acknowledged' in line ? [line.acknowledged] : []));
  const lost = acknowledged
    .filter((entry) => !there.has(entry))
    .map((entry) => `the acknowledged entry ${entry} is lost`);
  const { log } = statePaths(stage.host.state);
  const { ok, problem } = await verify(log, { publicKey: await keyIn(log) });
  return ok ? lost : [...lost, `the log does not verify: ${JSON.stringify(problem)}`];
}
