import { canonical, hmac } from '../core/digest.ts';
import type { Verdict } from '../model/verdict.ts';
import { objectionsTo } from './objections.ts';
import type { Context, Pass } from './pass.ts';

/**
 * Writes down that the policy denies something of what runs, when it was tightened, and that it no longer does: once, not once a cycle. Nothing is touched.
 * Gives the entry.
 */
export async function noteObjections(
  { app, target }: Pick<Pass, 'app' | 'target'>,
  context: Context,
): Promise<number | undefined> {
  const { journal, judged, releases } = context;
  const history = journal.of(app.name);
  const digest = history?.deployed?.release;
  if (digest === undefined || history?.applied !== digest) return undefined;
  const last = judged.get(app.name);
  if (last?.app === app && last.release === digest) return undefined;
  const isAtHand = target?.kind === 'release' && target.release.digest === digest;
  const release = isAtHand ? target.release : (await releases.load(app.name, digest))?.release;
  if (release === undefined) return undefined;
  const objections = await objectionsTo(app, release, context);
  const entry = await note(app.name, digest, objections, context);
  judged.set(app.name, { app, release: digest, objections });
  return entry;
}

/** So many are told one by one: an entry has its limits, and `plan` tells all of them. */
const most = 50;

async function note(
  app: string,
  release: string,
  objections: readonly Verdict[],
  { journal, key }: Context,
): Promise<number | undefined> {
  const known = journal.of(app)?.objection;
  if (objections.length > 0) {
    const fingerprint = hmac(key, `objections\n${canonical([release, objections])}`);
    if (known?.fingerprint === fingerprint) return undefined;
    const verdicts = objections.slice(0, most);
    const more = objections.length - verdicts.length;
    const objected = { kind: 'objected', app, release, verdicts, ...(more > 0 && { more }), fingerprint } as const;
    return (await journal.record(objected)).seq;
  }
  if (known === undefined) return undefined;
  return (await journal.record({ kind: 'recovered', app, after: known.seq, of: 'policy' })).seq;
}
