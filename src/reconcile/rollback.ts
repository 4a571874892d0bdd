import { actsOf } from '../core/acts.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory, GoodRelease } from '../model/history.ts';
import type { PassReport } from '../model/report.ts';
import { afterHooks } from './after-hooks.ts';
import { deploy } from './deploy.ts';
import { denials } from './forbid.ts';
import type { RollbackRequest } from './harbor.ts';
import type { Context, Pass } from './pass.ts';
import { type Proposal, propose } from './propose.ts';
import { type Beginning, closed, overriding } from './windows.ts';

/** To an earlier release, from what is kept of it: neither Git nor a registry is asked. Automatic deployment stays as it is. */
export async function rollback(
  asked: Omit<Pass, 'target'>,
  request: RollbackRequest,
  context: Context,
): Promise<PassReport> {
  const { app } = asked;
  const pass = await afterHooks(asked, context);
  if (pass === undefined)
    return { app: app.name, outcome: { kind: 'interrupted', step: undefined }, entry: undefined, revision: undefined };
  const { observed } = pass;
  const history = context.journal.of(app.name);
  const { release: digest } = wayBack(app, history, request.to);
  const stored = await context.releases.load(app.name, digest);
  if (stored === undefined) throw notKept(app, digest);
  const { release } = stored;
  const { revision } = release;
  const proposal = await propose({ app, revision, release, observed, history, goesBack: true }, context);
  const beginning = beginningOf(pass, proposal, context.clock.now());
  const reasons = [...denials(proposal.verdicts), ...closed(beginning)];
  if (reasons.length > 0) {
    // Told and not written: it was no attempt at what Git asks for, and must not be taken for one.
    const outcome = context.journal.redacted({ kind: 'blocked', reasons });
    return { app: app.name, outcome, entry: undefined, revision };
  }
  await warnOfWhatStays(pass, context);
  const { hold } = request;
  const cause = { purpose: 'rollback', ...overriding(beginning), reason: request.reason, hold } as const;
  return deploy(pass, { ...proposal, cause }, context);
}

/** A hook that cannot be undone is no reason to keep a person from going back, but to be told of. */
async function warnOfWhatStays({ app, progress }: Omit<Pass, 'target'>, { journal, releases }: Context): Promise<void> {
  const applied = journal.of(app.name)?.applied;
  const left = applied === undefined ? undefined : (await releases.load(app.name, applied))?.release;
  const crossed = (left?.hooks ?? []).filter(({ irreversible }) => irreversible).map(({ service }) => service);
  if (crossed.length === 0) return;
  progress(`what ${crossed.join(', ')} did for release ${short(left?.digest ?? '')} stays done: data does not go back`);
}

/** Whatever it changes, it is a deployment: a person chose the release. */
const beginningOf = ({ app, trigger }: Omit<Pass, 'target'>, { changes }: Proposal, now: Date): Beginning => ({
  app,
  trigger,
  now,
  acts: ['deploy', ...actsOf(changes).filter((act) => act === 'prune')],
  verb: 'rollback',
});

/** The good release that is meant. Throws `usage` where there is none such. */
export function wayBack(app: App, history: AppHistory | undefined, to: string | undefined): GoodRelease {
  const good = history?.good ?? [];
  if (to === undefined) return before(app, history);
  const wanted = to.toLowerCase();
  const matching = good.filter(({ release, commit }) => release.startsWith(wanted) || commit?.startsWith(wanted));
  const [first, second] = matching.toReversed();
  if (first === undefined) {
    throw new HarborError(`no release of ${app.name} that was healthy here starts with ${to}, nor does its commit`, {
      code: 'usage',
      hint: choices(good),
    });
  }
  if (second !== undefined && second.release !== first.release && !sameCommit(matching)) {
    throw new HarborError(`${to} fits several releases of ${app.name}`, { code: 'usage', hint: choices(matching) });
  }
  if (first.release === history?.deployed?.release && history.applied === first.release) {
    throw new HarborError(`${app.name} runs release ${short(first.release)} already`, {
      code: 'usage',
      hint: `To keep it there: harbormaster hold ${app.name} --reason …`,
    });
  }
  return first;
}

/** One commit can have made several releases, as tags moved: the newest of them is meant. */
const sameCommit = (releases: readonly GoodRelease[]): boolean =>
  new Set(releases.map(({ commit }) => commit)).size === 1;

/** What a person went back from before is not gone forward to. */
function before(app: App, history: AppHistory | undefined): GoodRelease {
  const bad = new Set([history?.applied, ...(history?.quarantined ?? []).map(({ release }) => release)]);
  const found = history?.good.findLast(({ release }) => !bad.has(release));
  if (found) return found;
  throw new HarborError(`there is no earlier release of ${app.name} that was healthy here`, {
    code: 'usage',
    hint: `See what was tried: harbormaster history ${app.name}`,
  });
}

const short = (release: string): string => release.slice(0, 12);

const choices = (good: readonly GoodRelease[]): string =>
  good.length === 0
    ? 'None was.'
    : `There are: ${good
        .toReversed()
        .map(
          ({ release, commit }) => `${short(release)}${commit === undefined ? '' : ` (commit ${commit.slice(0, 10)})`}`,
        )
        .join(', ')}`;

const notKept = ({ name }: App, release: string): HarborError =>
  new HarborError(`release ${short(release)} of ${name} is not on disk any more`, {
    code: 'usage',
    hint: 'Choose a newer one, or revert the commit in Git. More are kept with config.keep_releases.',
  });
