import type { App } from '../model/app.ts';
import type { Observed } from '../model/observed.ts';
import type { Release } from '../model/release.ts';
import { isBarred, outOfOrder, outsideWindows } from './forbid.ts';
import type { House } from './house.ts';
import { type Look, lookAt } from './looks.ts';
import { noteCompared } from './note-compared.ts';
import type { Context } from './pass.ts';
import { propose } from './propose.ts';
import { suspended } from './suspend.ts';
import type { Target } from './target.ts';

/** Looks at Git for apps that are being worked on: a newer release that may be deployed ends the waiting of the older one. */
export async function glance(apps: readonly App[], house: House): Promise<void> {
  const { context } = house;
  const { running, searches } = context;
  const busy = apps.filter(({ name }) => running.yielding(name) !== undefined || searches.commit(name) !== undefined);
  if (busy.length === 0) return;
  const look = await lookAt(busy, context);
  await Promise.all(busy.map((app) => endWhatIsOlder(app, look, house)));
}

async function endWhatIsOlder(app: App, look: Look, { context, find }: House): Promise<void> {
  const { running, searches } = context;
  const [newest, sought] = [await look.commits.get(app.name), searches.commit(app.name)];
  if (typeof newest === 'string') await noteCompared(app.name, context);
  if (typeof newest === 'string' && sought !== undefined && sought !== newest) searches.giveUp(app.name);
  if (running.yielding(app.name) === undefined) return;
  const target = await find(app, look);
  if (target.kind !== 'release') return;
  const { digest } = target.release;
  const isOlderOneAtWork = (): boolean => ![undefined, digest].includes(running.yielding(app.name));
  if (!isOlderOneAtWork() || !(await mayBeDeployed(app, target, look.observed, context))) return;
  // To find it may have taken its time: what is worked on by now may be newer than what was seen, or be that very release.
  const commit = (await context.source.look([app])).get(app.name);
  if (commit === newest && isOlderOneAtWork()) running.supersede(app.name, digest);
}

type Known = Extract<Target, { readonly release: Release }>;

async function mayBeDeployed(app: App, target: Known, observed: Observed, context: Context): Promise<boolean> {
  const { revision, release } = target;
  const history = context.journal.of(app.name);
  // What was begun comes to its end; nothing takes its place.
  if (suspended(app.name, context).length > 0) return false;
  if (isBarred({ app, named: false }, release.digest, history)) return false;
  const proposal = await propose({ app, revision, release, observed, history }, context).catch(() => undefined);
  if (proposal === undefined || proposal.verdicts.some(({ ruling }) => ruling === 'deny')) return false;
  const trigger = { kind: 'interval' } as const;
  if ((await outOfOrder({ app, trigger, observed }, target, context)).length > 0) return false;
  return outsideWindows({ app, trigger }, proposal, history, context.clock.now()).length === 0;
}
