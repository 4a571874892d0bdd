import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../../model/entry.ts';
import type { Problem } from './faults.ts';
import { segmentsOf } from './segments.ts';
import { start, type Visit, type Walked, walk } from './walk.ts';

export interface VerifyReport {
  /** Every byte is accounted for. What that proves, and what not, is said below. */
  readonly ok: boolean;
  /** The first thing that is wrong; nothing after it was looked at. */
  readonly problem: Problem | undefined;
  /** Bytes at the end that no entry owns: a write that is under way or was cut short. The next start covers them. */
  readonly torn: Problem | undefined;
  /** Entries that hold. */
  readonly entries: number;
  readonly files: number;
  /** SHA-256 of the last line that holds: kept elsewhere, it also shows a cut tail. */
  readonly head: string;
  /** Torn writes that a later entry covers. */
  readonly repairs: readonly { readonly seq: number; readonly length: number }[];
  /** Intents without an outcome yet: work under way, or cut short and not yet taken up again. */
  readonly open: readonly { readonly seq: number; readonly app: string }[];
  readonly proves: readonly string[];
  readonly cannotProve: readonly string[];
}

/** Proves the log from its files alone. Never writes. */
export async function verify(directory: string): Promise<VerifyReport> {
  const first = await audit(directory);
  if (first.walked.rest === undefined) return report(directory, first);
  // A daemon may be in the middle of a line: look again when that must be over.
  await delay(100);
  return report(directory, await audit(directory));
}

interface Audit {
  readonly walked: Walked;
  readonly misdeed: Problem | undefined;
  readonly repairs: VerifyReport['repairs'];
  readonly open: VerifyReport['open'];
}

async function audit(directory: string): Promise<Audit> {
  const repairs: { seq: number; length: number }[] = [];
  const intents = intentBook();
  let misdeed: Problem | undefined;
  const visit: Visit = (entry, place) => {
    if (entry.kind === 'repaired') repairs.push({ seq: entry.seq, length: entry.length });
    const what = intents.enter(entry);
    if (what !== undefined) misdeed ??= { ...place, what };
  };
  return { walked: await walk(directory, start, visit), misdeed, repairs, open: intents.open() };
}

/** Each intent has exactly one outcome, and an app one intent at a time. */
function intentBook() {
  const open = new Map<string, number>();
  const enter = (entry: Entry): string | undefined => {
    if (entry.kind === 'opened') return undefined;
    if (entry.kind === 'started') {
      const before = open.get(entry.app);
      open.set(entry.app, entry.seq);
      return before === undefined ? undefined : `it begins work on ${entry.app}, while intent ${before} has no outcome`;
    }
    if (entry.kind !== 'finished') return undefined;
    if (open.get(entry.app) !== entry.intent) return `it is an outcome of intent ${entry.intent}, which is not open`;
    open.delete(entry.app);
    return undefined;
  };
  return { enter, open: () => [...open].map(([app, seq]) => ({ seq, app })) };
}

async function report(directory: string, { walked, misdeed, repairs, open }: Audit): Promise<VerifyReport> {
  const { seq, prev } = walked.position.chain;
  const problem = misdeed ?? walked.problem;
  const torn = tornEnd(walked);
  const files = (await segmentsOf(directory)).length;
  return {
    ok: problem === undefined && torn === undefined,
    problem,
    torn,
    entries: seq,
    files,
    head: prev,
    repairs,
    open,
    proves: proofs({ seq, repairs, problem }),
    cannotProve: limits(seq),
  };
}

function tornEnd({ position: { segment, chain }, rest }: Walked): Problem | undefined {
  const line = chain.dead?.first ?? rest;
  if (line === undefined || segment === undefined) return undefined;
  const what = chain.dead ? chain.dead.what : 'it has no newline yet';
  return { file: segment.name, line: line.number, offset: line.offset, what };
}

function proofs({
  seq,
  repairs,
  problem,
}: {
  seq: number;
  repairs: VerifyReport['repairs'];
  problem: Problem | undefined;
}) {
  if (seq === 0) return [];
  return [
    `entries 1 to ${seq} follow one another: before the last of them, none was changed, removed, inserted or moved`,
    ...(problem ? [] : ['every intent has exactly one outcome, but for those that are listed as open']),
    ...(repairs.length > 0 ? ['every byte that is no entry is covered by the entry after it'] : []),
  ];
}

const limits = (seq: number): readonly string[] => [
  `that entry ${seq} is as it was written, and that none came after it: compare the head with one that was kept elsewhere`,
  'that somebody who may write these files did not write all of them anew: compare the head with one that was kept elsewhere',
];
