import { arrange, type Extras, parted } from '../core/hook-plan.ts';
import { isDone } from '../core/sight.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Change } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Step } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { Proposing, Situation } from './propose.ts';

interface ToBeMade {
  readonly situation: Situation;
  readonly changes: readonly Change[];
  readonly containers: readonly ObservedContainer[];
  readonly extras: Extras;
}

/** The strategy's acts for these changes, and what else belongs to the way to the release. */
export async function stepsOf(
  { situation, changes, containers, extras }: ToBeMade,
  parts: Proposing,
): Promise<readonly Step[]> {
  const { app, release } = situation;
  const absent = await absentImages([...imagesOf(changes), ...jobImages(extras)], parts);
  const files = await changedFiles(release, parts);
  const unproven = await unprovenServices(situation, containers, parts);
  const strategy = strategyOf(app, parts.strategies);
  const { early, rest } = parted(changes, release, extras);
  const acts = (some: readonly Change[], changed: readonly string[]): readonly Step[] =>
    some.length === 0 ? [] : strategy.plan({ release, changes: some, absentImages: absent, files: changed }).steps;
  return arrange({
    early: acts(early, files),
    rest: proven(acts(rest, early.length > 0 ? [] : files), unproven),
    extras,
    absent,
    release,
  });
}

/** The same around acts that no strategy made. */
export async function withExtras(
  acts: readonly Step[],
  extras: Extras,
  release: Release,
  parts: Proposing,
): Promise<readonly Step[]> {
  const absent = await absentImages(jobImages(extras), parts);
  return arrange({ early: [], rest: acts, extras, absent, release });
}

/** What this release brought, and an attempt that failed or was cut short has put there already: a later one must see it healthy, too. */
async function unprovenServices(
  { app, release, history }: Situation,
  containers: readonly ObservedContainer[],
  { releases }: Proposing,
): Promise<readonly string[]> {
  const before = history?.deployed?.release;
  if (before === release.digest) return [];
  const deployed = before === undefined ? undefined : (await releases.load(app.name, before))?.release;
  const digests = new Map(deployed?.services.map(({ name, digest }) => [name, digest]));
  const present = new Set(containers.map(({ service }) => service));
  return release.services
    .filter((to) => digests.get(to.name) !== to.digest)
    .filter((to) => to.replicas > 0 && !isDone(to, history))
    .map(({ name }) => name)
    .filter((name) => present.has(name));
}

/** The steps, with a last wait that covers these services as well. */
function proven(steps: readonly Step[], services: readonly string[]): readonly Step[] {
  const last = steps.findLast(isHealthWait);
  const awaited = new Set(last?.services);
  const missing = services.filter((name) => !awaited.has(name));
  if (missing.length === 0) return steps;
  const wait: Step = { kind: 'await', services: [...(last?.services ?? []), ...missing], condition: 'healthy' };
  return last === undefined ? [...steps, wait] : steps.map((step) => (step === last ? wait : step));
}

const isHealthWait = (step: Step): step is Extract<Step, { kind: 'await' }> =>
  step.kind === 'await' && step.condition === 'healthy';

function strategyOf({ strategy }: App, strategies: readonly Strategy[]): Strategy {
  const found = strategies.find(({ type }) => type === strategy);
  if (found) return found;
  throw new HarborError(`there is no strategy "${strategy}"`, {
    code: 'config-invalid',
    hint: `Use one of: ${strategies.map(({ type }) => type).join(', ')}`,
  });
}

const imagesOf = (changes: readonly Change[]): readonly string[] =>
  changes.flatMap((change) => (change.kind === 'create' || change.kind === 'replace' ? [change.to.image.pinned] : []));

const jobImages = ({ jobs }: Extras): readonly string[] => jobs.map(({ image }) => image.pinned);

async function absentImages(images: readonly string[], { engine }: Proposing): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    [...new Set(images)].map(async (image) => ({ image, local: await engine.image(image) })),
  );
  return new Set(found.filter(({ local }) => local === undefined).map(({ image }) => image));
}

/** Repository paths that are to be written into `live/`; none if it holds the release already. */
export async function changedFiles(release: Release, { live }: Proposing): Promise<readonly string[]> {
  const paths = release.mounts.map(({ path }) => path);
  if (paths.length === 0) return [];
  if ((await live.holds(release.app)) === release.digest && (await live.intact(release.app, release.mounts))) return [];
  return paths;
}
