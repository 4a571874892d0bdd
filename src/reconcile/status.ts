import { diff } from '../core/diff.ts';
import { sentence } from '../core/format-plan.ts';
import { ownContainers } from '../core/ownership.ts';
import { serviceStatuses, worst } from '../core/service-status.ts';
import { subjectOf } from '../core/subject.ts';
import type { InForce } from '../core/suspension.ts';
import type { App } from '../model/app.ts';
import type { AppHistory, StaleRecord } from '../model/history.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Release } from '../model/release.ts';
import type { AppStatus, SyncState } from '../model/report.ts';
import type { Objection } from '../model/verdict.ts';
import { blocksOf } from './blocks.ts';

/** What the last look at Git found for an app. */
export type Seen =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'error'; readonly message: string };

export interface StatusInput {
  readonly app: App;
  readonly history: AppHistory | undefined;
  /** The release that was deployed last, or before the first one the one that was begun; if it was kept. */
  readonly release: Release | undefined;
  /** What the policy of this host denies in that release by now. */
  readonly objections?: readonly Objection[];
  readonly observed: Observed;
  readonly instance: string;
  /** Which step runs now. */
  readonly operation: string | undefined;
  readonly seen: Seen | undefined;
  /** When the newest release is tried again, if it waits. */
  readonly retryAt: Date | undefined;
  /** What suspends it now. */
  readonly suspensions: readonly InForce[];
  /** Why apps that it depends on are not healthy now; those that are, are not among them. */
  readonly awaited: ReadonlyMap<string, string>;
  readonly now: Date;
}

/** The five answers of one app. Pure. */
export function appStatus(input: StatusInput): AppStatus {
  const { app, history, release, observed, instance, operation } = input;
  const containers = ownContainers(observed, app, instance);
  const services = serviceStatuses(release, containers, history);
  const drift = driftOf(input, containers);
  const source = sourceOf(input);
  const blockedBy = blocksOf({ ...input, drift });
  // What the policy objects to is as it was deployed. What is held is where it was put; that Git asks for something newer is a cause of its own.
  const amiss = blockedBy.filter(({ code }) => !asItWas.includes(code));
  return {
    app: app.name,
    source,
    sync: syncOf(input, source, [...drift, ...amiss.map(({ detail }) => detail.split('\n', 1)[0] ?? detail)]),
    health: { state: worst(services), services },
    operation,
    blockedBy,
    policies: { deploy: app.deploy, drift: app.drift, onFailure: app.onFailure },
    desired: history?.desired,
    attempted: history?.attempted && attemptedOf(history.attempted),
    applied: history?.applied,
    deployed: history?.deployed && deployedOf(history.deployed),
  };
}

/** What these say changes nothing about whether what runs is what was deployed. */
const asItWas: readonly string[] = ['held', 'policy', 'stale'];

const deployedOf = ({ release, commit, at, seq }: NonNullable<AppHistory['deployed']>) => ({
  release,
  commit,
  at,
  seq,
});

const attemptedOf = ({ release, commit, at, seq, outcome }: NonNullable<AppHistory['attempted']>) => ({
  release,
  commit,
  at,
  seq,
  outcome: outcome.kind,
});

function sourceOf({ app, history, seen }: StatusInput): AppStatus['source'] {
  const where = `${app.repository.url} ${app.ref.name}`;
  if (seen?.kind === 'error') return { state: 'failed', detail: seen.message };
  const refused = refusedRevision(history);
  if (refused && (seen === undefined || seen.commit === refused.commit))
    return { state: 'unverified', detail: refused.message };
  if (history?.stale && !isSourceAmiss(history))
    return { state: 'stale', detail: `${where}: ${staleText(history.stale)}` };
  if (seen?.kind === 'commit') return { state: 'fetched', detail: `${where} at ${seen.commit.slice(0, 10)}` };
  const outcome = history?.attempted?.outcome;
  if (isSourceAmiss(history) && outcome?.kind === 'failed') return { state: 'failed', detail: outcome.message };
  const commit = history?.desired?.commit ?? history?.attempted?.commit;
  return commit === undefined
    ? { state: 'stale', detail: `${where}: not looked at yet` }
    : { state: 'fetched', detail: `${where} at ${commit.slice(0, 10)}` };
}

function isSourceAmiss(history: AppHistory | undefined): boolean {
  const outcome = history?.attempted?.outcome;
  return history?.trouble !== undefined && outcome?.kind === 'failed' && isOfSource(outcome.code);
}

const staleText = ({ compared }: StaleRecord): string =>
  compared === undefined ? 'never looked at' : `not looked at since ${compared}`;

/** What Git has now, and what its signatures or its history say against it. */
function refusedRevision(history: AppHistory | undefined): { commit: string | undefined; message: string } | undefined {
  const { trouble, attempted } = history ?? {};
  if (!trouble || attempted?.outcome.kind !== 'failed' || !isUntrusted(attempted.outcome.code)) return undefined;
  return { commit: attempted.commit, message: attempted.outcome.message };
}

const isUntrusted = (code: string): boolean => code === 'source-unverified' || code === 'history-rewritten';

const isOfSource = (code: string): boolean => code.startsWith('source-') || code === 'ref-missing';

/** How what runs left what was deployed; also while nobody corrects it. */
function driftOf({ history, release }: StatusInput, containers: readonly ObservedContainer[]): readonly string[] {
  if (release === undefined || history?.deployed?.release !== release.digest) return [];
  const changes = diff({ release, deployed: release, history, containers });
  return changes.map((change) => `${subjectOf(change)}: ${sentence(change.cause)}`);
}

function syncOf({ history, release }: StatusInput, source: AppStatus['source'], reasons: readonly string[]): SyncState {
  const { deployed, desired } = history ?? {};
  const behind =
    deployed && desired?.release !== undefined && desired.release !== deployed.release
      ? [`Git asks for release ${desired.release.slice(0, 12)}, deployed is ${deployed.release.slice(0, 12)}`]
      : [];
  const causes = [...new Set([...behind, ...reasons, ...(deployed === undefined ? ['never deployed'] : [])])];
  const isBlind = source.state === 'failed' && behind.length === 0 && causes.every((cause) => cause === source.detail);
  if (isBlind) return { state: 'unknown', because: source.detail };
  if (causes.length > 0) return { state: 'out-of-sync', causes };
  if (history?.stale) return { state: 'unknown', because: source.detail };
  return release
    ? { state: 'in-sync' }
    : { state: 'unknown', because: 'the deployed release was not kept on disk; the next pass finds out' };
}
