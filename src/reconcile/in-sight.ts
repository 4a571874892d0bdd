import { filesSeen } from '../core/on-change.ts';
import type { Change } from '../model/change.ts';
import type { Release } from '../model/release.ts';
import type { Parts } from './parts.ts';

type Sight = Pick<Parts, 'live' | 'engine'>;
type RefreshChange = Extract<Change, { kind: 'refresh' }>;

/**
 * The changes, with new containers for those that would not see the new content where they stay. A container holds on to the very file that it was
 * started with: if another one took its place since, writing into that one reaches nobody. A restart takes what is there then.
 */
export function keptInSight(changes: readonly Change[], release: Release, parts: Sight): Promise<readonly Change[]> {
  return Promise.all(
    changes.map(async (change) => {
      if (change.kind !== 'refresh' || change.by.kind === 'restart') return change;
      return (await seesNewContent(change, release, parts)) ? change : remade(change);
    }),
  );
}

async function seesNewContent(
  { to, from, content }: RefreshChange,
  release: Release,
  { live, engine }: Sight,
): Promise<boolean> {
  const files = filesSeen(content, to.name, release, live.folders(release.app).live);
  if (files.length === 0) return true;
  const placed = await live.placedAt(release.app, files);
  const latest = Math.max(...files.map((file) => placed.get(file) ?? Number.POSITIVE_INFINITY));
  const reports = await engine.inspect(from.map(({ id }) => id));
  return reports.length === from.length && reports.every(({ startedAt }) => startedAt >= latest);
}

const remade = ({ to, from, content, cause }: RefreshChange): Change => ({
  kind: 'replace',
  to,
  from,
  cause: cause.kind === 'content' ? { ...cause, whyNew } : { kind: 'content', paths: content, whyNew },
});

const whyNew = 'its container was started with an earlier file at this place';
