import { approvalBlock, ruling } from '../core/approval.ts';
import { ignoreOrderCommand } from '../core/dependencies.ts';
import { failurePolicy, irreversibleText } from '../core/failure-policy.ts';
import { healRuling } from '../core/heals.ts';
import { type InForce, resumeCommand, suspensionText } from '../core/suspension.ts';
import { faultOf } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory, DriftRecord, TroubleRecord } from '../model/history.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Block } from '../model/report.ts';
import type { Objection } from '../model/verdict.ts';
import { closedWindow } from './windows.ts';

interface BlocksInput {
  readonly app: App;
  readonly history: AppHistory | undefined;
  /** How what runs left what was deployed, in sentences. */
  readonly drift: readonly string[];
  readonly retryAt: Date | undefined;
  readonly suspensions: readonly InForce[];
  readonly objections?: readonly Objection[];
  /** Why apps that it depends on are not healthy now; those that are, are not among them. */
  readonly awaited: ReadonlyMap<string, string>;
  readonly now: Date;
}

/** Why nothing happens by itself, or only later; each with the command that lifts it. */
export function blocksOf(input: BlocksInput): readonly Block[] {
  const { app, history } = input;
  const suspended = suspendedBlocks(input);
  if (history === undefined) return suspended;
  const hold = heldBlock(app, history);
  const ofRelease = history.trouble ? troubleBlocks(input, history, history.trouble) : [];
  return [
    ...suspended,
    ...hold,
    // What was refused because of it is told above as it is now.
    ...ofRelease.filter(({ code }) => code !== 'suspended' && (code !== 'held' || hold.length === 0)),
    ...quarantinedBlock(app, history),
    ...leftBlock(app, history),
    ...driftBlocks(input, history),
    ...objectionBlocks(input, history),
    ...staleBlock(app, history),
  ];
}

function staleBlock({ name }: App, { stale }: AppHistory): readonly Block[] {
  if (stale === undefined) return [];
  const { since, compared } = stale;
  const detail = compared === undefined ? 'was never compared with Git' : 'is not compared with Git any more';
  const hint =
    'It goes on by itself as soon as Git answers. Nothing newer is deployed meanwhile; what runs is kept running.';
  return [
    { code: 'stale', detail, hint, since: compared ?? since, until: undefined, lift: `harbormaster apply ${name}` },
  ];
}

/** The policy was tightened after it was deployed: it goes on running, and nothing of it is made anew. What the newest release was denied for is told above. */
const objectionBlocks = (
  { app, objections = [], now }: BlocksInput,
  { deployed, attempted, objection }: AppHistory,
): readonly Block[] =>
  deployed === undefined || attempted?.outcome.kind === 'blocked'
    ? []
    : objections.map(({ service, reason, lift }) => ({
        code: 'policy',
        detail: `what runs is against the policy of this host: ${service === undefined ? '' : `service ${service} `}${reason}`,
        hint: `It goes on running, but is not made anew when it fails. To allow it: ${lift}`,
        since: objection?.since ?? now.toISOString(),
        until: undefined,
        lift: `harbormaster policy show ${app.name}`,
      }));

const suspendedBlocks = ({ app, suspensions }: BlocksInput): readonly Block[] =>
  suspensions.map((suspension) => ({
    code: 'suspended',
    detail: suspensionText(suspension),
    hint: 'Git and what runs are still looked at; nothing is deployed, healed or removed.',
    since: suspension.since,
    until: suspension.until,
    lift: resumeCommand(suspension.of, app.name),
  }));

function heldBlock({ name }: App, { hold }: AppHistory): readonly Block[] {
  if (hold === undefined) return [];
  const { since, by, reason } = hold;
  const detail = `held by ${by ?? 'Harbormaster'}: ${reason}`;
  const hint = 'Nothing newer is deployed; what runs is kept running.';
  return [{ code: 'held', detail, hint, since, until: undefined, lift: `harbormaster release ${name}` }];
}

/** What a person does about a failure, once he has done what its hint says. */
function liftOf({ name }: App, code: string | undefined): string {
  if (code === 'project-foreign') return `harbormaster adopt ${name}`;
  if (code === 'history-rewritten') return `harbormaster accept-history ${name} --reason "…"`;
  return `harbormaster retry ${name}`;
}

function troubleBlocks(input: BlocksInput, history: AppHistory, trouble: TroubleRecord): readonly Block[] {
  const { app, retryAt, now } = input;
  const { since, message } = trouble;
  const outcome = history.attempted?.outcome;
  const retry = liftOf(app, undefined);
  if (outcome?.kind === 'blocked') {
    return outcome.reasons.map((told): Block => {
      if (told.code === 'window') return windowBlock(input, since, told);
      if (told.code === 'waiting-for') return waitBlock(input, since, told);
      const { code, reason, lift } = asOfNow(told, input, history);
      const isCommand = lift?.startsWith('harbormaster ') === true;
      const hint = isCommand ? undefined : lift;
      return { code, detail: reason, hint, since, until: undefined, lift: isCommand ? lift : retry };
    });
  }
  const failed = outcome?.kind === 'failed' ? outcome : undefined;
  const isWorlds = failed !== undefined && faultOf(failed.code) === 'world';
  const stalls = failed !== undefined && faultOf(failed.code) === 'user';
  const isAhead = retryAt !== undefined && retryAt > now;
  return [
    {
      code: failed?.code ?? trouble.kind,
      detail: message,
      hint: failed?.hint ?? (isWorlds ? 'It is tried again by itself.' : undefined),
      since,
      until: stalls || !isAhead ? undefined : retryAt.toISOString(),
      lift: liftOf(app, failed?.code),
    },
  ];
}

/** What people said of the plan since the entry was written. Authors need no look: their word was not taken. */
function asOfNow(told: BlockReason, { app, now }: BlocksInput, { decisions = [], attempted }: AppHistory): BlockReason {
  const { plan } = told;
  const release = attempted?.release;
  if (plan === undefined || release === undefined) return told;
  const ruled = ruling({ decisions, plan, policy: app.approval, authors: [], now: now.getTime() });
  return ruled.kind === 'approved' ? told : approvalBlock({ app: app.name, release, plan }, ruled);
}

/** Judged anew: what keeps it waiting now may be another window than the one of the entry. */
function windowBlock(
  { app, now }: BlocksInput,
  since: string,
  { reason, acts = ['deploy'] }: Pick<BlockReason, 'reason' | 'acts'>,
): Block {
  const found = closedWindow({ app, acts, now });
  const until = found?.until === undefined ? undefined : new Date(found.until).toISOString();
  const hint = found === undefined ? 'The window is open now; the next pass goes on.' : 'It goes on by itself then.';
  const lift = `harbormaster apply ${app.name} --override-window --reason "…"`;
  return { code: 'window', detail: found?.why ?? reason, hint: until || !found ? hint : undefined, since, until, lift };
}

/** As the app that is waited for stands now; that it has not deployed a commit yet, the entry says. */
function waitBlock({ app: { name }, awaited }: BlocksInput, since: string, { reason, app = '' }: BlockReason): Block {
  const why = awaited.get(app);
  const detail = why === undefined ? reason : `waits for the app ${app}, which ${why}`;
  const hint = `It goes on by itself then. See: harbormaster why ${app}`;
  return { code: 'waiting-for', detail, hint, since, until: undefined, lift: ignoreOrderCommand(name) };
}

/** Right after a rollback by hand no pass has met the quarantine yet. */
function quarantinedBlock({ name }: App, { desired, quarantined, trouble }: AppHistory): readonly Block[] {
  const bad = quarantined.find(({ release }) => release === desired?.release);
  if (bad === undefined || trouble) return [];
  const { since, reason, release } = bad;
  const detail = `release ${release.slice(0, 12)} is not tried again by itself: ${reason}`;
  const hint = 'The next release that differs is deployed by itself.';
  return [{ code: 'quarantined', detail, hint, since, until: undefined, lift: `harbormaster retry ${name}` }];
}

/** A failed release was left in place. */
function leftBlock(app: App, history: AppHistory): readonly Block[] {
  const { applied, deployed, attempted, open, irreversible } = history;
  const policy = failurePolicy(app, history);
  const isLeft = deployed && applied !== undefined && applied !== deployed.release && policy !== 'rollback';
  if (!isLeft || open || !attempted) return [];
  const why = app.onFailure === 'rollback' && irreversible ? irreversibleText(irreversible) : `on_failure: ${policy}`;
  return [
    {
      code: 'left',
      detail: `release ${applied.slice(0, 12)} failed and was left in place (${why})`,
      hint: 'It is not corrected. Push a fix, or go back.',
      since: attempted.at,
      until: undefined,
      lift: `harbormaster rollback ${app.name} --reason "…"`,
    },
  ];
}

function driftBlocks(input: BlocksInput, history: AppHistory): readonly Block[] {
  const { app, drift } = input;
  if (history.drift && !isLifted(input, history, history.drift)) return [recorded(input, history, history.drift)];
  if (drift.length === 0 || app.drift === 'correct') return [];
  return [
    {
      code: app.drift === 'ignore' ? 'drift-ignored' : 'drift-reported',
      detail: drift.join('; '),
      hint: `It is left so, because of \`drift: ${app.drift}\`.`,
      since: input.now.toISOString(),
      until: undefined,
      lift: `harbormaster apply ${app.name}`,
    },
  ];
}

/** A person asked to try again, and by now it runs: that it was fought over is known for a while, and keeps nothing waiting. */
const isLifted = ({ drift, now }: BlocksInput, { heals }: AppHistory, { state, fingerprint }: DriftRecord): boolean =>
  state === 'fought' && drift.length === 0 && healRuling(heals, fingerprint, now.getTime()).kind !== 'fought';

function recorded(input: BlocksInput, { heals }: AppHistory, drift: DriftRecord): Block {
  const { app, now } = input;
  const { state, since, causes, fingerprint } = drift;
  const detail = causes.join('; ');
  if (state === 'reported') {
    const hint = `It is left so, because of \`drift: ${app.drift}\`.`;
    return { code: 'drift-reported', detail, hint, since, until: undefined, lift: `harbormaster apply ${app.name}` };
  }
  if (state === 'waiting') {
    const block = windowBlock(input, since, { reason: '', acts: ['heal'] });
    return { ...block, detail };
  }
  const lift = `harbormaster retry ${app.name}`;
  const last = heals.at(-1);
  const ruling = healRuling(heals, state === 'fought' || !last ? fingerprint : last.fingerprint, now.getTime());
  const until = ruling.kind === 'now' ? undefined : new Date(ruling.until).toISOString();
  if (state === 'failed') {
    const hint = drift.hint ?? 'It is tried again by itself.';
    return { code: 'drift-failed', detail, hint, since, until, lift: liftOf(app, drift.code) };
  }
  const hint = 'Somebody, or something, undoes every correction: find out who. It is tried again by itself, slowly.';
  return { code: 'drift-fought', detail, hint, since, until, lift };
}
