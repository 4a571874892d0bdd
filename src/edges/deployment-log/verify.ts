import { setTimeout as delay } from 'node:timers/promises';
import { HarborError } from '../../errors.ts';
import { type Audit, audit, treeKey } from './audit.ts';
import { epochOf, parseCheckpoint } from './checkpoint.ts';
import type { Problem } from './faults.ts';
import { type Keys, keysOf } from './keys.ts';
import { accountFor, type Losses } from './losses.ts';
import { notesIn } from './notes.ts';
import { limits, proofs } from './proofs.ts';
import { parseVerifierKey, type Verifier } from './signed-note.ts';
import { type Held, type Vouched, vouch } from './vouch.ts';
import type { Walked } from './walk.ts';

export interface VerifyRequest {
  /** The verifier key that checkpoints must be signed with; undefined: what the log itself names is believed. */
  readonly publicKey?: string | undefined;
  /** What a witness holds of this log. */
  readonly witness?: WitnessView | undefined;
}

/** Every checkpoint that a witness ever held of a log, oldest first. */
export interface WitnessView {
  readonly url: string;
  readonly checkpoints: readonly string[];
}

export interface VerifyReport extends Losses {
  /** Every byte is accounted for. What that proves, and what not, is said below. */
  readonly ok: boolean;
  /** The first thing that is wrong. */
  readonly problem: Problem | undefined;
  /** Bytes at the end that no entry owns: a write that is under way or was cut short. The next start covers them. */
  readonly torn: Problem | undefined;
  /** Sequence numbers of the first and the last entry that hold; 0: there is none. */
  readonly first: number;
  readonly entries: number;
  readonly files: number;
  /** SHA-256 of the last line that holds. */
  readonly head: string;
  /** Torn writes that a later entry covers. */
  readonly repairs: readonly { readonly seq: number; readonly length: number }[];
  /** Intents without an outcome yet: work under way, or cut short and not yet taken up again. */
  readonly open: readonly { readonly seq: number; readonly app: string }[];
  /** The key that checkpoints were held against, and whether it came from elsewhere. */
  readonly key: { readonly verifier: string; readonly given: boolean } | undefined;
  /** What the checkpoints beside the log cover, and those of the witness. */
  readonly checkpoints: { readonly count: number; readonly covered: number };
  readonly witness: { readonly url: string; readonly count: number; readonly covered: number } | undefined;
  readonly proves: readonly string[];
  readonly cannotProve: readonly string[];
}

/** Proves the log from its files, and what was kept elsewhere. Never writes. Throws `usage` for a key that is none. */
export async function verify(directory: string, request: VerifyRequest = {}): Promise<VerifyReport> {
  const given = request.publicKey === undefined ? undefined : mustBeKey(request.publicKey);
  const first = await look(directory, given, request);
  if (!first.isUnfinished) return first.report;
  // A daemon may be in the middle of a line: look again when that must be over.
  await delay(100);
  return (await look(directory, given, request)).report;
}

function mustBeKey(text: string): Verifier {
  const key = parseVerifierKey(text);
  if (key) return key;
  throw new HarborError(`'${text.slice(0, 120)}' is no public key of a log`, {
    code: 'usage',
    hint: 'It is one line, as `harbormaster log key` prints it on the host: harbormaster/…+…+…',
  });
}

async function look(directory: string, given: Verifier | undefined, { witness, publicKey }: VerifyRequest) {
  // Before the lines: a checkpoint that is read then covers lines that are there.
  const notes = await notesIn(directory);
  const held = notes.map(({ name, note }): Held => ({ note, where: `the checkpoint ${name}` }));
  const remote = (witness?.checkpoints ?? []).map((note): Held => ({ note, where: 'a checkpoint of the witness' }));
  const found = await audit(directory, wantedBy([...held, ...remote]));
  const keys = keysOf(given, found.named, found.changes);
  const name = keys.trusted[0]?.name ?? keys.known[0]?.name ?? '';
  const local = vouch(held, { name, keys }, found);
  const seen = witness && vouch(remote, { name, keys }, found);
  const losses = await accountFor(directory, found);
  const findings = { found, keys, given: publicKey, local, seen, losses, url: witness?.url };
  return { report: reportOf(findings), isUnfinished: found.walked.rest !== undefined };
}

const wantedBy = (held: readonly Held[]): ReadonlySet<string> =>
  new Set(
    held.flatMap(({ note }) => {
      const checkpoint = parseCheckpoint(note);
      const epoch = checkpoint && epochOf(checkpoint, checkpoint.origin.replace(/\/from\/\d+$/, ''));
      return checkpoint === undefined || epoch === undefined ? [] : [treeKey(epoch, checkpoint.size)];
    }),
  );

interface Findings {
  readonly found: Audit;
  readonly keys: Keys;
  readonly given: string | undefined;
  readonly local: Vouched;
  readonly seen: Vouched | undefined;
  readonly losses: Losses & { readonly problem: Problem | undefined };
  readonly url: string | undefined;
}

function reportOf({ found, keys, given, local, seen, losses, url }: Findings): VerifyReport {
  const { walked, first, files, repairs, open, state } = found;
  const { seq, prev } = walked.position.chain;
  const problem = firstOf([found.misdeed, walked.problem, losses.problem]) ?? seen?.problem ?? local.problem;
  const torn = tornEnd(walked);
  const verifier = given ?? state.key;
  const witness = seen && { url: url ?? '', count: seen.count, covered: seen.covered };
  const core = {
    ok: problem === undefined && torn === undefined,
    problem,
    torn,
    first,
    entries: seq,
    files: files.length,
    head: prev,
    repairs,
    open,
    key:
      verifier === undefined || keys.known.length + keys.trusted.length === 0
        ? undefined
        : { verifier, given: given !== undefined },
    checkpoints: { count: local.count, covered: local.covered },
    witness,
    left: losses.left,
    lost: losses.lost,
  };
  return { ...core, proves: proofs(core), cannotProve: limits(core) };
}

const firstOf = (problems: readonly (Problem | undefined)[]): Problem | undefined =>
  problems
    .filter((problem) => problem !== undefined)
    .toSorted((left, right) => left.file.localeCompare(right.file) || left.offset - right.offset)[0];

function tornEnd({ position: { segment, chain }, rest }: Walked): Problem | undefined {
  const line = chain.dead?.first ?? rest;
  if (line === undefined || segment === undefined) return undefined;
  const what = chain.dead ? chain.dead.what : 'it has no newline yet';
  return { file: segment.name, line: line.number, offset: line.offset, seq: chain.seq + 1, what };
}
