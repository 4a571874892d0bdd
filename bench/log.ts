/**
 * The deployment log beside what nobody can do without, in one run: appending beside a bare write and flush of the same bytes; proving, folding and asking
 * beside reading the files, hashing each line and parsing it.
 *
 *   npm run bench -- log [--entries 100000] [--appends 1000] [--folder DIR] [--rounds 3] [--floors]
 *
 * `--folder`: where appends are flushed to, on the disk that counts; the rest is in memory. `--floors`: ends with 1 if something is too far from its floor.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultLimits, openLog } from '../src/edges/deployment-log/open-log.ts';
import { verify } from '../src/edges/deployment-log/verify.ts';
import type { EntryBody } from '../src/model/entry.ts';
import type { LogQuery } from '../src/model/log-query.ts';
import { failed, finished, refused, serviceRecord, started } from '../test/core/entries.ts';
import { figuresOf, row } from './figures.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    appends: { type: 'string', default: '1000' },
    folder: { type: 'string', default: tmpdir() },
    rounds: { type: 'string', default: '3' },
    floors: { type: 'boolean', default: false },
  },
});
const [entries, appends, rounds] = [values.entries, values.appends, values.rounds].map(Number) as [
  number,
  number,
  number,
];

/** How many times its floor each may take. */
const most = { append: 3, verify: 4, fold: 4, 'whole log, nothing fits': 4 } as const;

/** What a host writes: deployments with their steps, and now and then one that is refused. */
function* story(count: number): Generator<EntryBody> {
  for (let seq = 2; seq <= count; ) {
    const app = `app${seq % 100}`;
    const release = createHash('sha256').update(String(seq)).digest('hex');
    const intent = seq + 1;
    const step = (act: 'replace' | 'await', title: string): EntryBody => ({ kind: 'step', app, intent, act, title });
    const written: readonly EntryBody[] = [
      refused(failed({ message: `release ${release}: services.web.ports must be a list` }), { app, release }),
      started({ app, project: app, release, steps: [{ kind: 'replace', services: [], containers: [] }] }),
      step('replace', 'replace web: the image changed'),
      step('await', 'wait until web is healthy'),
      finished({ app, release, intent, services: [serviceRecord({ digest: { from: undefined, to: release } })] }),
    ];
    yield* written;
    seq += written.length;
  }
}

const optionsIn = (folder: string) => ({
  directory: join(folder, 'log'),
  keys: join(folder, 'keys'),
  host: 'bench',
  instance: 'bench',
  version: 'bench',
  clock: { now: () => new Date() },
  limits: () => ({ ...defaultLimits, reserve: 0 }),
});

/** Milliseconds. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** Ours and its floor in turn, so that both meet the same noise; medians. */
async function beside(ours: () => Promise<number>, floor: () => Promise<number>) {
  const found: { ours: number[]; floor: number[] } = { ours: [], floor: [] };
  for (let round = 0; round < rounds; round += 1) {
    found.floor.push(await floor());
    found.ours.push(await ours());
  }
  return { ours: figuresOf(found.ours).median, floor: figuresOf(found.floor).median };
}

const amiss: string[] = [];

function tell(what: keyof typeof most | string, count: number, { ours, floor }: { ours: number; floor: number }): void {
  const ratio = ours / floor;
  const perSecond = (took: number) => Math.round((count / took) * 1000);
  row(what, count, ours.toFixed(0), perSecond(ours), floor.toFixed(0), perSecond(floor), ratio.toFixed(1));
  const limit = Object.entries(most).find(([name]) => name === what)?.[1];
  if (limit !== undefined && ratio > limit)
    amiss.push(`${what} takes ${ratio.toFixed(1)} times its floor, at most ${limit}`);
}

/** One entry after the other, each on the disk before the next. */
async function appending(folder: string): Promise<void> {
  const bodies = [...story(appends)];
  let lines: Buffer[] = [];
  let turn = 0;
  const ours = async () => {
    const own = join(folder, `ours-${turn++}`);
    mkdirSync(join(own, 'keys'), { recursive: true });
    await using log = await openLog({ ...optionsIn(own), exclusive: true });
    const took = await timed(async () => {
      for (const body of bodies) await log.append(body);
    });
    lines = linesIn(join(own, 'log'));
    return took;
  };
  await ours();
  const floor = async () => {
    await using file = await open(join(folder, `floor-${turn++}`), 'a');
    return await timed(async () => {
      for (const line of lines) {
        await file.write(line);
        await file.datasync();
      }
    });
  };
  tell('append', lines.length, await beside(ours, floor));
}

const filesIn = (log: string): readonly string[] =>
  readdirSync(log)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .map((name) => join(log, name));

function linesIn(log: string): Buffer[] {
  return filesIn(log).flatMap((path) => {
    const bytes = readFileSync(path);
    const lines: Buffer[] = [];
    for (let begin = 0; begin < bytes.length; ) {
      const end = bytes.indexOf(0x0a, begin) + 1;
      lines.push(bytes.subarray(begin, end));
      begin = end;
    }
    return lines;
  });
}

/** Whoever proves a log cannot do with less: read it, parse each line, and hash it for the chain and for the tree. */
const proving = (log: string) => () =>
  timed(async () => {
    for (const line of linesIn(log)) {
      JSON.parse(line.toString('utf8'));
      createHash('sha256').update(line.subarray(0, -1)).digest('hex');
      createHash('sha256').update(Buffer.of(0)).update(line.subarray(0, -1)).digest();
    }
  });

const parsing = (log: string) => () =>
  timed(async () => {
    for (const line of linesIn(log)) JSON.parse(line.toString('utf8'));
  });

async function reading(folder: string): Promise<void> {
  mkdirSync(join(folder, 'keys'), { recursive: true });
  const options = optionsIn(folder);
  const { directory } = options;
  await using log = await openLog({ ...options, exclusive: true });
  for (const body of story(entries)) await log.append(body);
  await log.seal();
  const count = linesIn(directory).length;
  tell('verify', count, await beside(() => timed(() => verify(directory)), proving(directory)));
  const reader = async () => (await openLog({ ...options, exclusive: false })).history();
  tell('fold', count, await beside(() => timed(reader), parsing(directory)));
  const all = async (query: LogQuery) => {
    for (let before: number | undefined; ; ) {
      const { next } = await log.page(query, { order: 'newest', before, limit: 50 });
      if (next === undefined) return;
      before = next;
    }
  };
  tell('whole log, nothing fits', count, await beside(() => timed(() => all({ apps: ['none'] })), parsing(directory)));
  const page = (query: LogQuery, before?: number) => () =>
    timed(() => log.page(query, { order: 'newest', before, limit: 50 }));
  const floor = async () => 1;
  tell('newest 50 (floor: 1 ms)', 50, await beside(page({}), floor));
  tell('50 in the middle (floor: 1 ms)', 50, await beside(page({}, count / 2), floor));
  tell('newest 50 of one app (floor: 1 ms)', 50, await beside(page({ apps: ['app7'] }), floor));
}

const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folders = [values.folder, inMemory].map((parent) => mkdtempSync(join(parent, 'hm-bench-log-'))) as [
  string,
  string,
];
try {
  row('what', 'entries', 'ms', 'a second', 'floor ms', 'a second', 'times its floor');
  await appending(folders[0]);
  await reading(folders[1]);
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
for (const line of amiss) console.error(line);
if (values.floors && amiss.length > 0) process.exitCode = 1;
