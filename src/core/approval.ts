import type { App, ApprovalPolicy } from '../model/app.ts';
import type { Approval, Decision, Ruling } from '../model/approval.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Identity, Revision } from '../model/revision.ts';
import type { Verdict } from '../model/verdict.ts';
import { bareName } from './actor.ts';
import { canonical, sha256 } from './digest.ts';

/** What a person reads and agrees to. */
export interface Agreement {
  readonly app: Pick<App, 'name' | 'project' | 'approval'>;
  /** Digest of the deployed release; undefined before the first deployment. */
  readonly from: string | undefined;
  readonly revision: Pick<Revision, 'repository' | 'commit'>;
  readonly plan: Plan;
  readonly verdicts: readonly Verdict[];
}

/**
 * Equal only for the same plan: from the same deployed release, to the same one of the same commit, by the same acts for the same reasons, past the same
 * objections, under the same policy.
 */
export const planDigest = ({ app, from, revision, plan, verdicts }: Agreement): string =>
  sha256(
    canonical({
      app: app.name,
      project: app.project,
      policy: app.approval,
      from: from ?? null,
      to: plan.release ?? null,
      repository: revision.repository,
      commit: revision.commit,
      steps: plan.steps.filter(isAgreedTo).map(withoutIds),
      objections: verdicts
        .filter(({ ruling }) => ruling !== 'allow')
        .map(({ gate, ruling, service }) => [gate, ruling, service ?? null]),
    }),
  );

/** A pull or build only prepares, and is left out as soon as the image is there; what it brings in the release's digest covers. */
const isAgreedTo = ({ kind }: Step): boolean => kind !== 'pull' && kind !== 'build';

/** Containers and networks by their names: one that was healed meanwhile has another id, and is the same to whoever reads. */
function withoutIds(step: Step): unknown {
  if ('containers' in step) return { ...step, containers: step.containers.map(({ name }) => name).sort() };
  if (step.kind === 'remove-network') return { ...step, network: step.network.name };
  if (step.kind === 'mend') {
    return { ...step, mends: step.mends.map((mend) => ({ ...mend, container: mend.container.name })) };
  }
  return step;
}

export interface Hearing {
  /** What was said, in the order in which it was said, of whatever plans. */
  readonly decisions: readonly Decision[];
  /** Digest of the plan that is asked about. */
  readonly plan: string;
  readonly policy: ApprovalPolicy;
  /** Who made the commit that the plan brings in. */
  readonly authors: readonly Identity[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What people's words come to. A rejection sets aside what was said before it; who rejected cannot lift that by himself. */
export function ruling({ decisions, plan, policy, authors, now }: Hearing): Ruling {
  const said = decisions.filter((decision) => decision.plan === plan);
  const rejection = said.findLast(({ kind }) => kind === 'rejected');
  const counted = newestOfEach(
    said.filter(
      ({ kind, seq, by }) =>
        kind === 'approved' &&
        seq > (rejection?.seq ?? 0) &&
        !(rejection && isSamePerson(rejection.by, by)) &&
        !(policy.notByAuthor && isAuthor(by, authors)),
    ),
  );
  const valid = counted.filter(({ at }) => now - Date.parse(at) < policy.expiresAfter);
  const have = valid.map(({ by, at, seq }): Approval => ({ by, at, seq }));
  const need = policy.approvals;
  if (have.length >= need) return { kind: 'approved', approvals: have };
  if (rejection && have.length === 0) return { kind: 'rejected', by: rejection.by, reason: rejection.reason };
  return { kind: counted.length >= need ? 'expired' : 'waits', have, need };
}

/** Two approvals by one person are one. */
function newestOfEach(approvals: readonly Decision[]): readonly Decision[] {
  return approvals.filter((one, index) => !approvals.slice(index + 1).some(({ by }) => isSamePerson(by, one.by)));
}

/** Behind another account or not, in whatever case. */
const personOf = (user: string): string =>
  bareName(user)
    // Whoever holds a token goes by its name: by two ways he is still one person.
    .replace(/^token /, '')
    .trim()
    .toLowerCase();

export const isSamePerson = (one: string, other: string): boolean => personOf(one) === personOf(other);

/** Whether a user of this host goes by a name that the commit was made under: name, e-mail address, or what stands before its @. */
export const isAuthor = (user: string, authors: readonly Identity[]): boolean =>
  authors.some((author) => namesOf(author).includes(personOf(user)));

function namesOf({ name, email }: Identity): readonly string[] {
  const [local = ''] = email.split('@');
  // Forges write `12345+ada@users.noreply.…`, people `ada+work@…`.
  return [name, email, local, ...local.split('+')]
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '');
}

/** As many digits of a plan's digest as are shown, and as `approve --plan` needs. */
export const shortPlan = (plan: string): string => plan.slice(0, 12);

export const approveCommand = (app: string, plan: string): string =>
  `harbormaster approve ${app} --plan ${shortPlan(plan)}`;

/** A ruling that lets nothing through. */
export type Pending = Exclude<Ruling, { kind: 'approved' }>;

interface Asked {
  readonly app: string;
  readonly release: string;
  readonly plan: string;
}

/** Why a plan is not performed yet, and what lifts that. */
export function approvalBlock({ app, release, plan }: Asked, ruled: Pending): BlockReason {
  const what = `release ${release.slice(0, 12)}`;
  const lift = approveCommand(app, plan);
  switch (ruled.kind) {
    case 'waits': {
      const who = ruled.have.length === 0 ? '' : ` (so far by ${people(ruled.have)})`;
      const reason = `${what} waits for ${missing(ruled)} of plan ${shortPlan(plan)}${who}`;
      return { code: 'approval', reason, lift, plan };
    }
    case 'expired': {
      const reason = `${what} waits for ${missing(ruled)} of plan ${shortPlan(plan)}: it was approved, but that has expired`;
      return { code: 'approval', reason, lift, plan };
    }
    case 'rejected': {
      const why = ruled.reason === undefined ? '' : `: ${ruled.reason}`;
      const reason = `plan ${shortPlan(plan)} of ${what} was rejected by ${ruled.by}${why}`;
      return { code: 'rejected', reason, lift, plan };
    }
    default:
      return ruled satisfies never;
  }
}

const missing = ({ have, need }: Extract<Ruling, { kind: 'waits' | 'expired' }>): string =>
  need === 1 ? 'approval' : `${need - have.length} of ${need} approvals`;

/** `ada, bob`. */
export const people = (given: readonly Approval[]): string => given.map(({ by }) => by).join(', ');
