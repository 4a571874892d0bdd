import { canonical } from '../core/digest.ts';
import type { AppHistory } from '../model/history.ts';
import type { Release } from '../model/release.ts';
import type { PassReport } from '../model/report.ts';
import type { Aim, Context, Pass } from './pass.ts';

/** The release that Git asks for is the one that was deployed: whatever trouble there was with a newer one is over. */
export async function settle({ app }: Pass, { revision, release }: Aim, context: Context): Promise<PassReport> {
  const { journal } = context;
  const after = supersededBy(journal.of(app.name), release);
  const entry =
    after === undefined
      ? undefined
      : await journal.record({ kind: 'recovered', app: app.name, after, of: 'release', revision });
  await keepStored(release, context);
  return { app: app.name, outcome: { kind: 'unchanged' }, entry: entry?.seq, revision };
}

/** The entry that is no longer how it stands: a trouble, or that something else was asked for or begun; undefined: there is none. */
function supersededBy(history: AppHistory | undefined, { digest }: Release): number | undefined {
  if (history?.trouble) return history.trouble.seq;
  const { deployed, desired, applied, unfinished, attempted } = history ?? {};
  const isOther = [desired?.release, applied].some((release) => release !== undefined && release !== digest);
  return deployed?.release === digest && (isOther || unfinished !== undefined) ? attempted?.seq : undefined;
}

/**
 * A release that somebody took off the disk is put back: status, healing without Git, and rollback live on it. And what the configuration says of its
 * hooks besides which they are is written anew.
 */
async function keepStored(release: Release, { stored, releases }: Context): Promise<void> {
  const key = `${release.digest} ${canonical(release.hooks ?? [])}`;
  if (stored.has(key)) return;
  const kept = (await releases.load(release.app, release.digest))?.release;
  if (kept === undefined || canonical(kept.hooks ?? []) !== canonical(release.hooks ?? []))
    await releases.save(release);
  stored.add(key);
}
