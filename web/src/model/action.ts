import { shortPlan } from '../../../src/core/approval.ts';
import type { Right } from '../../../src/model/access.ts';
import type { AppStatus, PlanReport } from '../../../src/model/report.ts';

/** Something that a person can have done, as the API and the command line know it. */
export interface Action {
  readonly name: string;
  readonly title: string;
  readonly right: Right;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the API wants a reason, takes one, or knows none. */
  readonly reason: 'must' | 'may' | 'none';
  /** The same on the command line, without the reason. */
  readonly command: string;
}

const pathOf = (app: string, verb: string): string => `/v1/apps/${encodeURIComponent(app)}/${verb}`;

const apply = (app: string): Action => ({
  name: 'apply',
  title: 'Apply now',
  right: 'deploy',
  path: '/v1/apply',
  body: { apps: [app] },
  reason: 'none',
  command: `harbormaster apply ${app}`,
});

/** `apply` past what a person may set aside, which wants a reason. */
const past = (app: string, what: 'overrideWindow' | 'ignoreOrder'): Action => ({
  name: what,
  title: what === 'overrideWindow' ? 'Apply past the window' : 'Apply without waiting',
  right: 'operate',
  path: '/v1/apply',
  body: { apps: [app], [what]: true },
  reason: 'must',
  command: `harbormaster apply ${app} ${what === 'overrideWindow' ? '--override-window' : '--ignore-order'}`,
});

/** Exactly these, as the guard names them. */
export const approveRemoval = (apps: readonly string[]): Action => ({
  name: 'approve-removal',
  title: `Let ${apps.join(', ')} go`,
  right: 'approve',
  path: '/v1/approve-removal',
  body: { apps },
  reason: 'must',
  command: `harbormaster approve-removal ${apps.join(' ')}`,
});

const retry = (app: string): Action => ({
  name: 'retry',
  title: 'Try again',
  right: 'deploy',
  path: '/v1/retry',
  body: { apps: [app] },
  reason: 'none',
  command: `harbormaster retry ${app}`,
});

export const rollback = (app: string, to?: string): Action => ({
  name: to === undefined ? 'rollback' : `rollback-${to}`,
  title: to === undefined ? 'Roll back' : `Roll back to ${to}`,
  right: 'deploy',
  path: pathOf(app, 'rollback'),
  body: to === undefined ? {} : { to },
  reason: 'must',
  command: `harbormaster rollback ${app}${to === undefined ? '' : ` --to ${to}`}`,
});

const noted = (app: string, name: string, title: string, reason: Action['reason']): Action => ({
  name,
  title,
  right: 'operate',
  path: pathOf(app, name),
  body: {},
  reason,
  command: `harbormaster ${name} ${app}`,
});

/** `app` undefined: the whole host. */
export const suspend = (app?: string): Action => ({
  name: 'suspend',
  title: app === undefined ? 'Suspend the host' : 'Suspend',
  right: 'operate',
  path: '/v1/suspend',
  body: app === undefined ? { all: true } : { app },
  reason: 'must',
  command: `harbormaster suspend ${app ?? '--all'}`,
});

export const resume = (app?: string): Action => ({
  name: 'resume',
  title: app === undefined ? 'Resume the host' : 'Resume',
  right: 'operate',
  path: '/v1/resume',
  body: app === undefined ? { all: true } : { app },
  reason: 'may',
  command: `harbormaster resume ${app ?? '--all'}`,
});

/** Approving names the plan that was read: another one is not meant. */
export function decisions(report: PlanReport | undefined): readonly Action[] {
  if (report?.kind !== 'planned' || report.approval === undefined || report.approval.ruling.kind === 'approved')
    return [];
  const plan = shortPlan(report.approval.plan);
  const decide = (name: 'approve' | 'reject', title: string, reason: Action['reason']): Action => ({
    name,
    title,
    right: 'approve',
    path: pathOf(report.app, name),
    body: { plan },
    reason,
    command: `harbormaster ${name} ${report.app} --plan ${plan}`,
  });
  return [decide('approve', 'Approve this plan', 'may'), decide('reject', 'Reject this plan', 'must')];
}

/** What lifts a block, if one can do it here; the first words of its command say. */
export function lifting(app: string, lift: string): Action | undefined {
  const [words, flags] = wordsOf(lift);
  switch (words[1]) {
    case 'apply':
      return applying(app, flags);
    case 'approve-removal':
      return flags.length === 0 && words.length > 2 ? approveRemoval(words.slice(2)) : undefined;
    case 'retry':
      return retry(app);
    case 'resume':
      return resume(flags.includes('--all') ? undefined : app);
    case 'release':
      return noted(app, 'release', 'Release the hold', 'may');
    case 'rollback':
      return rollback(app);
    case 'accept-history':
      return noted(app, 'accept-history', 'Accept this history', 'must');
    case 'adopt':
      return words.length === 3 ? noted(app, 'adopt', 'Take over', 'may') : undefined;
    default:
      return undefined;
  }
}

/** Words and flags of a command, but for its reason: that is asked for. */
function wordsOf(command: string): readonly [readonly string[], readonly string[]] {
  const [before = ''] = command.split(' --reason ');
  const all = before.split(' ');
  return [all.filter((word) => !word.startsWith('--')), all.filter((word) => word.startsWith('--'))];
}

function applying(app: string, flags: readonly string[]): Action | undefined {
  const [flag, ...others] = flags;
  if (flag === undefined) return apply(app);
  if (others.length > 0) return undefined;
  if (flag === '--override-window') return past(app, 'overrideWindow');
  return flag === '--ignore-order' ? past(app, 'ignoreOrder') : undefined;
}

/** What can be done with an app as it is, besides lifting its blocks. */
export function actionsOf({ app, blockedBy, deployed }: AppStatus): readonly Action[] {
  const has = (code: string): boolean => blockedBy.some((block) => block.code === code);
  return [
    apply(app),
    has('suspended') ? resume(app) : suspend(app),
    has('held') ? noted(app, 'release', 'Release the hold', 'may') : noted(app, 'hold', 'Hold', 'must'),
    ...(deployed === undefined ? [] : [rollback(app)]),
  ];
}

/** `harbormaster hold shop --reason "why"`. */
export const commandOf = ({ command, reason }: Action, why = ''): string =>
  reason === 'none' || (reason === 'may' && why === '') ? command : `${command} --reason ${quoted(why || 'WHY')}`;

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
