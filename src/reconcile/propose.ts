import { close } from '../core/close.ts';
import { diff } from '../core/diff.ts';
import { maskedCause } from '../core/field-values.ts';
import { groupBy } from '../core/group-by.ts';
import { type Extras, errandOf, extrasOf } from '../core/hook-plan.ts';
import type { OnChangeInput } from '../core/on-change.ts';
import { assertFree, assertOwned, ownContainers } from '../core/ownership.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Change } from '../model/change.ts';
import type { AppHistory } from '../model/history.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { Verdict } from '../model/verdict.ts';
import { assertAskable, checksOf } from './checks.ts';
import { keptInSight } from './in-sight.ts';
import { judge, type Ways } from './judge.ts';
import type { Parts } from './parts.ts';
import { changedFiles, stepsOf, withExtras } from './steps.ts';

export interface Situation {
  readonly app: App;
  readonly revision: Revision;
  readonly release: Release;
  readonly observed: Observed;
  readonly history: AppHistory | undefined;
  /** Small repairs did not hold. */
  readonly thorough?: boolean;
  /** A person goes back to the release: it was let through when it came. */
  readonly goesBack?: boolean;
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
export type Proposing = Pick<
  Parts,
  'engine' | 'live' | 'releases' | 'strategies' | 'gates' | 'checks' | 'redact' | 'clock' | 'instance'
>;

/** Compares a release with what runs, and plans the difference. Touches nothing. */
export async function propose(situation: Situation, parts: Proposing): Promise<Proposal> {
  const { app, revision, release, observed, history, thorough = false } = situation;
  assertOwned(observed, app, parts.instance);
  const containers = ownContainers(observed, app, parts.instance);
  const bare = diff({ release, deployed: undefined, history, containers, thorough });
  if (bare.length === 0 && isSettled(situation)) return nothingToDo(situation);
  const changes = await explainedChanges(situation, containers, parts);
  const extras = extrasFor(situation, parts);
  if (changes.length === 0) return withoutChanges(situation, containers, extras, parts);
  assertFree(observed, release, parts.instance);
  const steps = await stepsOf({ situation, changes, containers, extras }, parts);
  const plan = { app: app.name, project: app.project, release: release.digest, steps };
  return { app, revision, release, changes, plan, ...(await judge({ app, release, plan }, parts)) };
}

/** Hooks and checks that belong to this way to the release. */
function extrasFor({ app, release, history, goesBack = false }: Situation, parts: Proposing): Extras {
  const errand = errandOf(release, history, goesBack);
  const checks = checksOf(app, parts);
  if (errand === 'bring') assertAskable(app, checks, release.services);
  return extrasOf({ release, history, errand, checks });
}

/** It was seen healthy, and no other release was begun since: neither its containers nor its files need a closer look. */
const isSettled = ({ release, history }: Situation): boolean =>
  history?.deployed?.release === release.digest && history.applied === release.digest;

/**
 * The containers are right: what is left are files that another release brought, hooks that did not run yet, and the proof that it is healthy and
 * passes its checks.
 */
async function withoutChanges(
  situation: Situation,
  containers: readonly ObservedContainer[],
  extras: Extras,
  parts: Proposing,
): Promise<Proposal> {
  const { release } = situation;
  const files = await changedFiles(release, parts);
  const written: readonly Step[] = files.length > 0 ? [{ kind: 'files', paths: files }] : [];
  const acts = [...written, ...(isUnproven(situation, containers) ? [proof(situation, containers)] : [])];
  const { plan, ...rest } = nothingToDo(situation);
  const isAsked = isNew(situation) && extras.before.length + extras.after.length > 0;
  if (acts.length === 0 && !isAsked) return { ...rest, plan };
  const steps = await withExtras(acts, extras, release, parts);
  const whole = { ...plan, steps };
  return { ...rest, plan: whole, ...(await judge({ app: situation.app, release, plan: whole }, parts)) };
}

/** Another release than the one that was seen healthy. */
const isNew = ({ release, history }: Situation): boolean => history?.deployed?.release !== release.digest;

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
const isUnproven = (situation: Situation, containers: readonly ObservedContainer[]): boolean =>
  isNew(situation) && containers.length > 0;

function proof({ release }: Situation, containers: readonly ObservedContainer[]): Step {
  const present = new Set(containers.map(({ service }) => service));
  const services = release.services.map(({ name }) => name).filter((name) => present.has(name));
  return { kind: 'await', services, condition: 'healthy' };
}

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
  const changes = diff({ release, deployed, history, containers, thorough, onChange }).map(
    (change): Change => ({
      ...change,
      cause: maskedCause(change.cause, parts.redact),
    }),
  );
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
  const before = groupBy(deployed.volumes, ({ name }) => name);
  const changed = release.volumes.filter((volume) => {
    const same = before.get(volume.name)?.find(({ external }) => external === volume.external);
    return same !== undefined && same.digest !== volume.digest;
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
