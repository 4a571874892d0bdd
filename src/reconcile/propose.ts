import { close } from '../core/close.ts';
import { diff, isDone } from '../core/diff.ts';
import type { OnChangeInput } from '../core/on-change.ts';
import { assertFree, assertOwned, ownContainers } from '../core/ownership.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Change } from '../model/change.ts';
import type { AppHistory } from '../model/entry.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { keptInSight } from './in-sight.ts';
import { judge, type Ways } from './judge.ts';
import type { Parts } from './parts.ts';

export interface Situation {
  readonly app: App;
  readonly revision: Revision;
  readonly release: Release;
  readonly observed: Observed;
  readonly history: AppHistory | undefined;
  /** Small repairs did not hold. */
  readonly thorough?: boolean;
}

/** The whole answer to "what would happen, why, and what forbids it". */
export interface Proposal {
  readonly app: App;
  readonly revision: Revision;
  readonly release: Release;
  readonly changes: readonly Change[];
  readonly plan: Plan;
  readonly verdicts: readonly Verdict[];
  readonly ways: Ways;
}

/** What proposing takes. */
type Proposing = Pick<Parts, 'engine' | 'live' | 'releases' | 'strategies' | 'gates' | 'clock' | 'instance'>;

/** Compares a release with what runs, and plans the difference. Touches nothing. */
export async function propose(situation: Situation, parts: Proposing): Promise<Proposal> {
  const { app, revision, release, observed, history, thorough = false } = situation;
  assertOwned(observed, app, parts.instance);
  const containers = ownContainers(observed, app, parts.instance);
  const bare = diff({ release, deployed: undefined, history, containers, thorough });
  if (bare.length === 0 && isSettled(situation)) return nothingToDo(situation);
  const changes = await explainedChanges(situation, containers, parts);
  if (changes.length === 0) return withoutChanges(situation, containers, parts);
  assertFree(observed, release, parts.instance);
  const planned = strategyOf(app, parts.strategies).plan({
    release,
    changes,
    absentImages: await absentImages(changes, parts),
    files: await changedFiles(release, parts),
  });
  const plan = { ...planned, steps: proven(planned.steps, await unprovenServices(situation, containers, parts)) };
  return { app, revision, release, changes, plan, ...(await judge({ app, release, plan }, parts)) };
}

/** It was seen healthy, and no other release was begun since: neither its containers nor its files need a closer look. */
const isSettled = ({ release, history }: Situation): boolean =>
  history?.deployed?.release === release.digest && history.applied === release.digest;

/** The containers are right: what is left are files that another release brought, and the proof that it is healthy. */
async function withoutChanges(
  situation: Situation,
  containers: readonly ObservedContainer[],
  parts: Proposing,
): Promise<Proposal> {
  const files = await changedFiles(situation.release, parts);
  const { plan, ...rest } = isUnproven(situation, containers) ? proof(situation, containers) : nothingToDo(situation);
  const written: readonly Step[] = files.length > 0 ? [{ kind: 'files', paths: files }] : [];
  const all = { ...plan, steps: [...written, ...plan.steps] };
  if (all.steps.length === 0) return { ...rest, plan: all };
  const { app, release } = situation;
  return { ...rest, plan: all, ...(await judge({ app, release, plan: all }, parts)) };
}

const nothingToDo = ({ app, revision, release }: Situation): Proposal => ({
  app,
  revision,
  release,
  changes: [],
  plan: { app: app.name, project: app.project, release: release.digest, steps: [] },
  verdicts: [],
  ways: new Map(),
});

/** Its containers are there, but no entry says that this release was seen healthy: its deployment was cut short, or the record is lost. */
const isUnproven = ({ release, history }: Situation, containers: readonly ObservedContainer[]): boolean =>
  history?.deployed?.release !== release.digest && containers.length > 0;

function proof(situation: Situation, containers: readonly ObservedContainer[]): Proposal {
  const services = situation.release.services
    .filter(({ name }) => containers.some(({ service }) => service === name))
    .map(({ name }) => name);
  const { plan, ...rest } = nothingToDo(situation);
  return { ...rest, plan: { ...plan, steps: [{ kind: 'await', services, condition: 'healthy' }] } };
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
  return release.services
    .filter((to) => deployed?.services.find(({ name }) => name === to.name)?.digest !== to.digest)
    .filter((to) => to.replicas > 0 && !isDone(to, history))
    .map(({ name }) => name)
    .filter((name) => containers.some(({ service }) => service === name));
}

/** The steps, with a last wait that covers these services as well. */
function proven(steps: readonly Step[], services: readonly string[]): readonly Step[] {
  const last = steps.findLast(isHealthWait);
  const missing = services.filter((name) => last?.services.includes(name) !== true);
  if (missing.length === 0) return steps;
  const wait: Step = { kind: 'await', services: [...(last?.services ?? []), ...missing], condition: 'healthy' };
  return last === undefined ? [...steps, wait] : steps.map((step) => (step === last ? wait : step));
}

const isHealthWait = (step: Step): step is Extract<Step, { kind: 'await' }> =>
  step.kind === 'await' && step.condition === 'healthy';

async function explainedChanges(
  { app, release, history, thorough = false }: Situation,
  containers: readonly ObservedContainer[],
  parts: Proposing,
): Promise<readonly Change[]> {
  const before = history?.deployed?.release;
  const deployed = before === undefined ? undefined : (await parts.releases.load(app.name, before))?.release;
  if (deployed) await assertSameVolumes(release, deployed, parts);
  const networks = await parts.engine.networks(app.project);
  const onChange = thorough
    ? undefined
    : await onChangeInput(app, history, [release, ...(deployed ? [deployed] : [])], parts);
  const changes = diff({ release, deployed, history, containers, thorough, onChange });
  return close(await keptInSight(changes, release, parts), {
    release,
    containers,
    networks,
    instance: parts.instance,
    history,
  });
}

/** Releases that the containers may be of: besides those at hand what was begun last, and did not come to its end. */
async function onChangeInput(
  app: App,
  history: AppHistory | undefined,
  known: readonly Release[],
  { live, releases }: Proposing,
): Promise<OnChangeInput | undefined> {
  if (Object.keys(app.onChange).length === 0) return undefined;
  const others = new Set([history?.applied, history?.attempted?.release, history?.open?.left]);
  const digests = [...others].flatMap((digest) =>
    digest === undefined || known.some((release) => release.digest === digest) ? [] : [digest],
  );
  const stored = await Promise.all(digests.map((digest) => releases.load(app.name, digest)));
  return {
    rules: app.onChange,
    live: live.folders(app.name).live,
    releases: [...known, ...stored.flatMap((found) => (found === undefined ? [] : [found.release]))],
  };
}

/** A volume holds data: its definition changes only by a person's hand, who takes the old one away. */
async function assertSameVolumes(release: Release, deployed: Release, { engine }: Proposing): Promise<void> {
  const changed = release.volumes.filter((volume) => {
    const before = deployed.volumes.find(({ name, external }) => name === volume.name && external === volume.external);
    return before !== undefined && before.digest !== volume.digest;
  });
  const existing = changed.length === 0 ? [] : await engine.volumes(release.project);
  const volume = changed.find(({ name }) => existing.some((found) => found.name === name));
  if (volume === undefined) return;
  throw new HarborError(
    `the definition of the volume ${volume.key} changed; the engine cannot change a volume that exists`,
    {
      code: 'volume-changed',
      hint: `Move its data yourself: stop the app, copy the volume ${volume.name}, remove it, and run \`harbormaster apply ${release.app}\`. Or declare the new one under another key.`,
    },
  );
}

function strategyOf({ strategy }: App, strategies: readonly Strategy[]): Strategy {
  const found = strategies.find(({ type }) => type === strategy);
  if (found) return found;
  throw new HarborError(`there is no strategy "${strategy}"`, {
    code: 'config-invalid',
    hint: `Use one of: ${strategies.map(({ type }) => type).join(', ')}`,
  });
}

async function absentImages(changes: readonly Change[], { engine }: Proposing): Promise<ReadonlySet<string>> {
  const images = new Set(
    changes.flatMap((change) =>
      change.kind === 'create' || change.kind === 'replace' ? [change.to.image.pinned] : [],
    ),
  );
  const found = await Promise.all([...images].map(async (image) => ({ image, local: await engine.image(image) })));
  return new Set(found.filter(({ local }) => local === undefined).map(({ image }) => image));
}

async function changedFiles(release: Release, { live }: Proposing): Promise<readonly string[]> {
  const paths = release.mounts.map(({ path }) => path);
  if (paths.length === 0) return [];
  if ((await live.holds(release.app)) === release.digest && (await live.intact(release.app, release.mounts))) return [];
  return paths;
}
