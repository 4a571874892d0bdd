import { placeholder } from '../core/placeholder.ts';
import { removalPolicyOf, usualRemoval } from '../core/removal.ts';
import { UnsetVariables } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Release } from '../model/release.ts';
import type { PlanReport } from '../model/report.ts';
import { Secret } from '../model/secret.ts';
import type { Verdict } from '../model/verdict.ts';
import { candidate } from './candidate.ts';
import { paperHost } from './paper-host.ts';
import { paperPins } from './paper-pins.ts';
import type { Parts } from './parts.ts';
import { planFailure } from './plan-failure.ts';
import { propose } from './propose.ts';
import { removalPlan } from './remove.ts';

/** An app at a commit of the checkout. */
export interface Side {
  readonly app: App;
  readonly commit: string;
}

export interface Comparison {
  /** Undefined: the app is declared no more. */
  readonly to: Side | undefined;
  /** What is deployed, or counts as that; undefined: nothing. */
  readonly from: Side | undefined;
  /** As it is called. */
  readonly ref: string;
  readonly against: string | undefined;
}

/** What rendering and judging take; `engine` renders, and is asked nothing else. */
export type PaperParts = Pick<
  Parts,
  'source' | 'engine' | 'live' | 'scratch' | 'clock' | 'strategies' | 'gates' | 'checks' | 'redact' | 'key' | 'instance'
>;

interface PreviewOptions {
  readonly parts: PaperParts;
  /** A variable that nothing sets gets a placeholder. Told of each. */
  readonly lacks: ((what: string) => void) | undefined;
}

/** What would come of a commit on a host that runs another one, with no host at hand. */
export async function previewCheckout(comparison: Comparison, options: PreviewOptions): Promise<PlanReport> {
  const { to, from, ref, against } = comparison;
  const name = (to ?? from)?.app.name ?? '';
  try {
    const runs = from && (await releaseAt(from, [], options));
    if (to === undefined) return { ...(await removed(from?.app, runs, options.parts)), preview: { ref, against } };
    const release = await releaseAt(to, runs ? [runs] : [], options);
    return await compared(to, { release, runs }, comparison, options.parts);
  } catch (error) {
    return planFailure(name, error, options.parts.redact);
  }
}

async function compared(
  { app }: Side,
  { release, runs }: { readonly release: Release; readonly runs: Release | undefined },
  { ref, against }: Comparison,
  parts: PaperParts,
): Promise<PlanReport> {
  const { history, ...paper } = paperHost({ ...parts, runs });
  const observed = await paper.engine.observe();
  const { revision } = release;
  const proposal = await propose({ app, revision, release, observed, history }, { ...parts, ...paper });
  const { changes, plan } = proposal;
  const verdicts = [...unverified(app), ...proposal.verdicts];
  const planned = { app: app.name, revision, release: release.digest, changes, plan, verdicts };
  return { kind: 'planned', ...planned, warnings: release.warnings, preview: { ref, against } };
}

const unverified = ({ verify }: App): readonly Verdict[] =>
  verify === undefined
    ? []
    : [
        {
          gate: 'signature',
          ruling: 'warn',
          service: undefined,
          reason: 'signatures are verified on the host, and not here',
          lift: undefined,
        },
      ];

type Removal = Extract<PlanReport, { kind: 'removal' }>;

async function removed(of: App | undefined, runs: Release | undefined, parts: PaperParts): Promise<Removal> {
  const { engine } = paperHost({ ...parts, runs });
  const { containers } = await engine.observe();
  const app = of?.name ?? '';
  const policy = of === undefined ? usualRemoval : removalPolicyOf(of);
  const project = runs?.project ?? app;
  const leftover = { app, project, cause: { kind: 'app-removed' }, containers, moved: false, policy } as const;
  const plan =
    containers.length === 0
      ? { app, project, release: undefined, steps: [] }
      : await removalPlan(leftover, runs, { ...parts, engine });
  return { kind: 'removal', app, onRemove: policy.onRemove, plan, verdicts: [] };
}

const mostVariables = 100;

/** Rendered and sealed; one variable after the other gets its placeholder. */
async function releaseAt({ app, commit }: Side, known: readonly Release[], options: PreviewOptions): Promise<Release> {
  const { parts, lacks } = options;
  const revision = await parts.source.fetch(app, commit);
  const pins = paperPins(parts.clock);
  let environment = app.environment;
  for (let turn = 0; ; turn += 1) {
    try {
      return await candidate({ ...app, environment }, revision, known, { ...parts, pins });
    } catch (error) {
      const names = lacks && turn < mostVariables ? unsetIn(error) : [];
      if (names.length === 0) throw error;
      for (const name of names) lacks?.(`the variable ${name}`);
      environment = {
        ...environment,
        ...Object.fromEntries(names.map((name) => [name, new Secret(placeholder(name))])),
      };
    }
  }
}

const unsetIn = (error: unknown): readonly string[] =>
  error instanceof Error && error.cause instanceof UnsetVariables ? error.cause.names : [];
