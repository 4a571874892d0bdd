import type { Change } from '../model/change.ts';
import type { AppHistory } from '../model/history.ts';
import type { Hook, HookMoment } from '../model/hook.ts';
import type { Step } from '../model/plan.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import { hooksAt, jobsOf, runOf, runsOf } from './jobs.ts';

/**
 * What a way to a release is. `bring`: a new one is brought in, with its hooks, and must pass the checks. `back`: an earlier one comes back, because a
 * newer one failed or a person says so: no hooks, because they are for what is new, and the checks only tell. `mend`: what was deployed is put right.
 */
export type Errand = 'bring' | 'back' | 'mend';

/** `goesBack`: a person goes back to it. */
export function errandOf(
  { digest }: Pick<Release, 'digest'>,
  history: AppHistory | undefined,
  goesBack: boolean,
): Errand {
  if (history?.deployed?.release !== digest) return goesBack ? 'back' : 'bring';
  return history.applied === digest ? 'mend' : 'back';
}

/** A check, as a plan knows it. */
export interface PlannedCheck {
  readonly title: string;
  /** The job that it runs. */
  readonly runs?: string | undefined;
}

/** What a plan has besides the acts of its strategy. */
export interface Extras {
  readonly before: readonly Step[];
  /** Once the release is healthy. */
  readonly after: readonly Step[];
  readonly onFailure: readonly Step[];
  /** Jobs whose images must be there. */
  readonly jobs: readonly ReleaseService[];
}

const nothing: Extras = { before: [], after: [], onFailure: [], jobs: [] };

interface Wanted {
  readonly release: Release;
  readonly history: AppHistory | undefined;
  readonly errand: Errand;
  readonly checks: readonly PlannedCheck[];
}

/** Hooks that an operation which goes on has passed already are left out; one that it has not passed stays, to say so. */
export function extrasOf({ release, history, errand, checks }: Wanted): Extras {
  if (errand === 'mend') return nothing;
  const asked =
    (advisory: boolean) =>
    (check: PlannedCheck): Step => ({ kind: 'check', check: check.title, advisory });
  // Whoever goes back is not kept waiting.
  if (errand === 'back') return { ...nothing, after: checks.filter(({ runs }) => runs === undefined).map(asked(true)) };
  const runs = runsOf(history, release.digest);
  const hasPassed = (hook: Hook): boolean => runOf(runs, hook)?.end?.result === 'passed';
  const at = (moment: HookMoment): readonly Step[] =>
    hooksAt(release, moment)
      .filter((hook) => !hasPassed(hook))
      .map((hook) => ({ kind: 'hook', ...hook }));
  return {
    before: at('pre_deploy'),
    after: [...checks.map(asked(false)), ...at('post_deploy')],
    onFailure: at('on_failure'),
    jobs: jobsOf(release),
  };
}

/** Changes in two parts: what hooks that run before need, and is not there yet; and everything else. */
export interface Parted {
  readonly early: readonly Change[];
  readonly rest: readonly Change[];
}

/** A migration needs its database: what it depends on is made before it, where that touches nothing that runs. */
export function parted(changes: readonly Change[], release: Release, { before }: Extras): Parted {
  const needed = neededBy(
    before.flatMap((step) => (step.kind === 'hook' ? [step.service] : [])),
    release,
  );
  const isEarly = (change: Change): boolean =>
    (change.kind === 'start' || (change.kind === 'create' && change.cause.kind !== 'scale')) &&
    needed.has(change.to.name);
  // On a network that is about to be made anew nothing is started.
  if (needed.size === 0 || changes.some(({ kind }) => kind === 'replace-network')) return { early: [], rest: changes };
  return { early: changes.filter(isEarly), rest: changes.filter((change) => !isEarly(change)) };
}

/** Services that these jobs depend on, and those that they depend on in turn. */
function neededBy(jobs: readonly string[], release: Release): ReadonlySet<string> {
  const all = [...release.services, ...jobsOf(release)];
  const needed = new Set<string>();
  const follow = (name: string): void => {
    const { dependsOn = [], sharesWith = [] } = all.find((service) => service.name === name) ?? {};
    for (const next of [...dependsOn.map(({ service }) => service), ...sharesWith]) {
      if (needed.has(next)) continue;
      needed.add(next);
      follow(next);
    }
  };
  for (const job of jobs) follow(job);
  return needed;
}

interface Arranged {
  /** The acts for what hooks need first, and those for the rest. */
  readonly early: readonly Step[];
  readonly rest: readonly Step[];
  readonly extras: Extras;
  /** Images of jobs, by pinned reference or build tag, that the engine does not have. */
  readonly absent: ReadonlySet<string>;
  readonly release: Release;
}

/**
 * One row of steps: all that is fetched; what hooks need; hooks, before anything that runs is touched; the strategy's acts; checks and hooks once
 * it is healthy; removals; and last what is done only if a step fails.
 */
export function arrange({ early, rest, extras, absent, release }: Arranged): readonly Step[] {
  const acts = rest.filter((step) => !isPreparing(step));
  const tail = acts.findLastIndex((step) => !isRemoval(step)) + 1;
  return [
    ...preparations([...early, ...rest], { extras, absent, release }),
    ...early.filter((step) => !isPreparing(step)),
    ...extras.before,
    ...acts.slice(0, tail),
    ...extras.after,
    ...acts.slice(tail),
    ...extras.onFailure,
  ];
}

const isPreparing = ({ kind }: Step): boolean => kind === 'pull' || kind === 'build';
const isRemoval = ({ kind }: Step): boolean => kind === 'remove' || kind === 'remove-network';

type Pull = Extract<Step, { kind: 'pull' }>;

/** Each image once, for every service and job that needs it. */
function preparations(
  steps: readonly Step[],
  { extras, absent, release }: Pick<Arranged, 'extras' | 'absent' | 'release'>,
): readonly Step[] {
  const isBuilt = (service: string): boolean => release.builds.some((build) => build.service === service);
  const missing = extras.jobs.filter(({ image }) => absent.has(image.pinned));
  const pulls = [
    ...steps.filter((step): step is Pull => step.kind === 'pull'),
    ...missing
      .filter(({ name }) => !isBuilt(name))
      .map(({ name, image }): Pull => ({ kind: 'pull', image: image.pinned, services: [name] })),
  ];
  const images = [...new Set(pulls.map(({ image }) => image))];
  const jobBuilds = release.builds.filter(({ service }) => missing.some(({ name }) => name === service));
  return [
    ...images.map((image): Step => ({ kind: 'pull', image, services: servicesOf(image, pulls) })),
    ...steps.filter(({ kind }) => kind === 'build'),
    ...jobBuilds.map(({ service, tag }): Step => ({ kind: 'build', service, tag })),
  ];
}

const servicesOf = (image: string, pulls: readonly Pull[]): readonly string[] => [
  ...new Set(pulls.filter((pull) => pull.image === image).flatMap(({ services }) => services)),
];
