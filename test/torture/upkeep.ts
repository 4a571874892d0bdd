/** What the log is looked after with: a witness elsewhere, and files that leave. */
import { readdir } from 'node:fs/promises';
import { statePaths } from '../../src/edges/state-folder.ts';
import type { Entry } from '../../src/model/entry.ts';
import { eventually } from '../support/world.ts';
import type { Operation } from './operations.ts';
import { entriesOf } from './rest.ts';
import type { Point } from './schedule.ts';
import type { Stage } from './stage.ts';

const at = (point: string, took = 0): Point => ({ point, nth: 1, took });

/** It knows of every entry, and of no other. */
async function assertTold(stage: Stage): Promise<void> {
  const covered = await stage.offHost.covered();
  const entries = await entriesOf(stage);
  if (covered !== entries.length) throw new Error(`the witness knows of ${covered} entries of ${entries.length}`);
  const lies = await stage.offHost.lies(entries);
  if (lies.length > 0) throw new Error(`the witness holds something else: ${lies[0]}`);
}

const namesOf = async ({ host }: Stage): Promise<readonly string[]> =>
  (await readdir(statePaths(host.state).log)).filter((name) => /\.(?:jsonl|checkpoint)$/.test(name));

const filesOf = async (stage: Stage): Promise<number> =>
  (await namesOf(stage)).filter((name) => name.endsWith('.jsonl')).length;

const isTold = async (stage: Stage, log: object): Promise<void> => {
  await stage.configure(log);
  await eventually(() => assertTold(stage), 60);
};

/** Entries and checkpoints are pushed while something is deployed. */
export const telling = (deployment: Operation): Operation => ({
  ...deployment,
  only: /^witness |witness\.json/,
  // Whoever starts writes that down, and that is news.
  recovery: {
    points: [at('witness tip', 30), at('witness read'), at('witness list'), at('witness push', 60)],
    isDue: async () => true,
  },
  prepare: (stage) => isTold(stage, stage.offHost.settings),
  async ended(stage) {
    await deployment.ended(stage);
    await assertTold(stage);
  },
  after: (stage) => stage.configure({}),
});

/** Of many closed files all but one leave at once. `grow`: something that writes several entries. */
export const leaving = (grow: (stage: Stage) => Promise<void>): Operation => ({
  only: /^log pruned|removed$/,
  takesOrders: true,
  recovery: {
    points: [at('file N.jsonl removed'), at('file N.checkpoint removed'), at('witness tip', 30)],
    isDue: async (stage) => (await filesOf(stage)) > 3,
  },
  async prepare(stage) {
    // Each entry but the first begins a file of its own.
    await stage.order({ id: `grow ${Date.now()}`, log: { segmentBytes: 1, checkpointEntries: 1 } });
    await stage.configure(stage.offHost.settings);
    await grow(stage);
    await eventually(() => assertTold(stage), 60);
    if ((await filesOf(stage)) < 5) throw new Error('too few files of the log are there to leave');
  },
  begin: (stage) => stage.configure({ ...stage.offHost.settings, keep: { files: 1 } }),
  async ended(stage) {
    const names = await namesOf(stage);
    const files = names.filter((name) => name.endsWith('.jsonl'));
    if (files.length > 2) throw new Error(`${files.length} files of the log are still there`);
    const strays = names.filter((name) => !files.includes(name.replace('.checkpoint', '.jsonl')));
    if (strays.length > 0) throw new Error(`${strays} stayed without what they vouch for`);
    await assertTold(stage);
  },
  after: (stage) => stage.configure({}),
});

/** What is gone was said to go, and had been witnessed by then; what the witness holds and what is left prove each other. */
export async function upkeepViolations(stage: Stage): Promise<readonly string[]> {
  const entries = await entriesOf(stage);
  const gone = (await stage.chronicle.first()) - 1;
  const farewells = entries.filter((entry) => entry.kind === 'pruned');
  if (gone > 0 && !farewells.some(({ through }) => through >= gone)) return [`entries up to ${gone} left unsaid`];
  const unseen = await Promise.all(farewells.map((farewell) => unwitnessed(farewell, stage)));
  const { code, stdout, stderr } = await stage.host.run('log', 'verify', ...stage.offHost.address);
  const isProven = code === 0 && stdout.includes('the witness');
  return [...unseen.flat(), ...(isProven ? [] : [`log verify says ${code}: ${stdout} ${stderr}`])];
}

async function unwitnessed(
  { seq, through, checkpoint }: Extract<Entry, { kind: 'pruned' }>,
  { offHost }: Stage,
): Promise<readonly string[]> {
  const covers = Number(checkpoint.split('\n')[1]);
  return [
    ...(covers >= through ? [] : [`entry ${seq} lets ${through} entries go, and its checkpoint covers ${covers}`]),
    ...((await offHost.holds(checkpoint)) ? [] : [`the checkpoint of entry ${seq} was never with the witness`]),
  ];
}
