import { pathsToFollow, staysIn } from '../core/host-paths.ts';
import { redactVerdict } from '../core/redact-outcome.ts';
import { parseSealed } from '../core/sealed-model.ts';
import { visibleProse } from '../core/visible.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Plan } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Parts } from './parts.ts';

interface Accused {
  readonly app: App;
  readonly release: Release;
  readonly plan: Plan;
}

/** Where paths led that are links, when a plan was judged. */
export type Ways = ReadonlyMap<string, string>;

export interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly ways: Ways;
}

type Folders = Pick<Parts['live'], 'folders' | 'leads'>;
type Judges = Pick<Parts, 'gates' | 'clock' | 'redact'> & { readonly live: Folders };

/**
 * What the gates say of a plan: of the very model that is applied, and of where its paths lead now. What they quote of it may be secret, or act on a
 * terminal.
 */
export async function judge(
  { app, release, plan }: Accused,
  { gates, live, clock, redact }: Judges,
): Promise<Judgement> {
  const model = parseSealed(release.compose);
  const ways = await waysOf({ app, release }, live);
  const real = (path: string): string => ways.get(path) ?? path;
  const ownPaths = ownFolders(app, live);
  const verdicts = gates.flatMap((gate) => gate.judge({ app, plan, release, model, ownPaths, real, at: clock.now() }));
  return { verdicts: verdicts.map((verdict) => redactVerdict((text) => visibleProse(redact(text)), verdict)), ways };
}

function ownFolders({ name }: App, live: Folders): readonly string[] {
  const folders = live.folders(name);
  return [folders.live, folders.data, folders.cache];
}

const waysOf = ({ app, release }: Omit<Accused, 'plan'>, live: Folders): Promise<Ways> =>
  live.leads([...ownFolders(app, live), ...pathsToFollow(parseSealed(release.compose), app.policy)]);

/**
 * A container that can write beside what is mounted may have exchanged it for a link since the plan was judged, and the engine follows links. Throws
 * `tree-refused` then. Links of the repository's own, which came meanwhile, stay in the app's folders.
 */
export async function assertSameWays(accused: Omit<Accused, 'plan'>, before: Ways, live: Folders): Promise<void> {
  const now = await waysOf(accused, live);
  const real = (path: string): string => now.get(path) ?? path;
  const own = ownFolders(accused.app, live);
  const astray = [...now].find(([path, target]) => before.get(path) !== target && !staysIn(own, path, real));
  if (astray === undefined) return;
  const [path, target] = astray;
  throw new HarborError(`${path} leads to ${target} by now, which it did not when the plan was judged`, {
    code: 'tree-refused',
    hint: 'Something changes links there meanwhile. Find out which container does, and look at it before anything else is deployed.',
  });
}
