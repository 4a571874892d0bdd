import { actsOf } from '../core/acts.ts';
import type { AppHistory } from '../model/history.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Clearance } from './approval.ts';
import type { Aim, Context, Pass } from './pass.ts';
import type { Proposal } from './propose.ts';
import { closed } from './windows.ts';

type Asked = Pick<Pass, 'app' | 'named'>;
type Timed = Asked & Pick<Pass, 'trigger'>;

/** What else has a say, and when it is asked. */
interface Bars {
  readonly clearance: Clearance;
  readonly suspended: readonly BlockReason[];
  /** Other apps that are not there yet. */
  readonly waits: readonly BlockReason[];
  readonly now: Date;
}

/** Everything that forbids a new release, all of it at once; undefined: nothing does. */
export function forbidden(
  asked: Timed,
  { release, verdicts, changes }: Proposal,
  history: AppHistory | undefined,
  { clearance, suspended, waits, now }: Bars,
): Outcome | undefined {
  const reasons = [
    ...suspended,
    ...held(asked, history),
    ...quarantined(asked, release.digest, history),
    ...denials(verdicts),
    ...manual(asked, release.digest, history),
    ...(clearance.kind === 'barred' ? [clearance.reason] : []),
    ...waits,
    ...outsideWindows(asked, { release, changes }, history, now),
  ];
  return reasons.length === 0 ? undefined : { kind: 'blocked', reasons };
}

/** Whether a newer release would be let in at all, before anything is known of its plan: nobody can have approved a plan from where a deployment is now. */
export const isBarred = (asked: Asked, release: string, history: AppHistory | undefined): boolean =>
  asked.app.deploy === 'approve' ||
  [...held(asked, history), ...quarantined(asked, release, history), ...manual(asked, release, history)].length > 0;

export const denials = (verdicts: readonly Verdict[]): readonly BlockReason[] =>
  verdicts
    .filter((verdict) => verdict.ruling === 'deny')
    .map(({ service, reason, lift }) => ({
      code: 'denied',
      reason: service === undefined ? reason : `service ${service} ${reason}`,
      lift,
    }));

/** The same for a plan: what forbids it is told as gates tell it. */
export const deniedBy = (reasons: readonly BlockReason[]): readonly Verdict[] =>
  reasons.map(({ code, reason, lift }) => ({ gate: code, ruling: 'deny', service: undefined, reason, lift }));

export function held({ app }: Asked, history: AppHistory | undefined): readonly BlockReason[] {
  if (history?.hold === undefined) return [];
  const { by, reason } = history.hold;
  const who = by === undefined ? 'Harbormaster' : by;
  return [{ code: 'held', reason: `held by ${who}: ${reason}`, lift: `harbormaster release ${app.name}` }];
}

function quarantined({ app }: Asked, release: string, history: AppHistory | undefined): readonly BlockReason[] {
  const bad = history?.quarantined.find((record) => record.release === release);
  if (bad === undefined) return [];
  const reason = `release ${short(release)} is not tried again by itself: ${bad.reason}`;
  return [{ code: 'quarantined', reason, lift: `harbormaster retry ${app.name}` }];
}

function manual({ app, named }: Asked, release: string, history: AppHistory | undefined): readonly BlockReason[] {
  // What a person let through and was cut short needs no second word.
  if (app.deploy !== 'manual' || named || history?.unfinished?.release === release) return [];
  const reason = `release ${short(release)} waits for a person, because of \`deploy: manual\``;
  return [{ code: 'manual', reason, lift: `harbormaster apply ${app.name}` }];
}

/** What was begun goes on, also after a crash: only a beginning waits for a window. */
export const outsideWindows = (
  { app, trigger }: Pick<Pass, 'app' | 'trigger'>,
  { release, changes }: Pick<Proposal, 'release' | 'changes'>,
  history: AppHistory | undefined,
  now: Date,
): readonly BlockReason[] =>
  history?.unfinished?.release === release.digest ? [] : closed({ app, trigger, acts: actsOf(changes), now });

/** What it waits for. Only a beginning waits: not what a crash cut short, and not what a person does not want to wait. */
export async function outOfOrder(
  { app, trigger, observed }: Pick<Pass, 'app' | 'trigger' | 'observed'>,
  { release, revision }: Aim,
  { journal, order }: Pick<Context, 'journal' | 'order'>,
): Promise<readonly BlockReason[]> {
  const isBegun = journal.of(app.name)?.unfinished?.release === release.digest;
  return isBegun || trigger.ignoreOrder !== undefined ? [] : order.waits(app, revision.commit, observed);
}

/** What the intent says of apps that a person did not wait for. */
export async function unwaited(
  { app, trigger, observed }: Pick<Pass, 'app' | 'trigger' | 'observed'>,
  { revision }: Aim,
  { order }: Pick<Context, 'order'>,
): Promise<{ readonly unordered?: readonly string[]; readonly reason?: string }> {
  const { ignoreOrder } = trigger;
  if (ignoreOrder === undefined) return {};
  const unordered = (await order.waits(app, revision.commit, observed)).flatMap((wait) => wait.app ?? []);
  return unordered.length === 0 ? {} : { unordered, reason: ignoreOrder };
}

const short = (release: string): string => release.slice(0, 12);

/** After a failure the same release is tried again slower and slower; meanwhile the last word on it holds. */
export function notYet(
  { app, trigger }: Pass,
  { release }: Aim,
  { journal, retries }: Context,
): PassReport | undefined {
  if (trigger.kind === 'request' || retries.mayTry(app.name, release.digest)) return undefined;
  const last = journal.of(app.name)?.attempted;
  const isSame = last?.release === release.digest && isTrouble(last.outcome);
  return {
    app: app.name,
    outcome: isSame ? last.outcome : { kind: 'unchanged' },
    entry: isSame ? last.seq : undefined,
    revision: undefined,
  };
}

/** A pull that failed before is asked for at the registry first: no new intent for the same old answer. */
export async function probe(
  { plan, release }: Proposal,
  history: AppHistory | undefined,
  { registry }: Context,
): Promise<void> {
  if (history?.trouble === undefined || history.attempted?.release !== release.digest) return;
  for (const step of plan.steps) if (step.kind === 'pull') await registry.resolve(step.image);
}

export const isTrouble = ({ kind }: Outcome): boolean => kind === 'failed' || kind === 'blocked';
