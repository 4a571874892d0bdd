import { healRuling } from '../core/heals.ts';
import { type InForce, resumeCommand, suspensionText } from '../core/suspension.ts';
import { faultOf } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory, DriftRecord, TroubleRecord } from '../model/entry.ts';
import type { Block } from '../model/report.ts';

interface BlocksInput {
  readonly app: App;
  readonly history: AppHistory | undefined;
  /** How what runs left what was deployed, in sentences. */
  readonly drift: readonly string[];
  readonly retryAt: Date | undefined;
  readonly suspensions: readonly InForce[];
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
  ];
}

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

function troubleBlocks(
  { app, retryAt, now }: BlocksInput,
  history: AppHistory,
  trouble: TroubleRecord,
): readonly Block[] {
  const { since, message } = trouble;
  const outcome = history.attempted?.outcome;
  const retry = liftOf(app, undefined);
  if (outcome?.kind === 'blocked') {
    return outcome.reasons.map(({ code, reason, lift }): Block => {
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
function leftBlock({ name, onFailure }: App, { applied, deployed, attempted, open }: AppHistory): readonly Block[] {
  const isLeft = deployed && applied !== undefined && applied !== deployed.release && onFailure !== 'rollback';
  if (!isLeft || open || !attempted) return [];
  return [
    {
      code: 'left',
      detail: `release ${applied.slice(0, 12)} failed and was left in place (on_failure: ${onFailure})`,
      hint: 'It is not corrected. Push a fix, or go back.',
      since: attempted.at,
      until: undefined,
      lift: `harbormaster rollback ${name} --reason "…"`,
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

function recorded({ app, now }: BlocksInput, { heals }: AppHistory, drift: DriftRecord): Block {
  const { state, since, causes, fingerprint } = drift;
  const detail = causes.join('; ');
  if (state === 'reported') {
    const hint = `It is left so, because of \`drift: ${app.drift}\`.`;
    return { code: 'drift-reported', detail, hint, since, until: undefined, lift: `harbormaster apply ${app.name}` };
  }
  const lift = `harbormaster retry ${app.name}`;
  const last = heals.at(-1);
  const ruling = healRuling(heals, state === 'fought' || !last ? fingerprint : last.fingerprint, now.getTime());
  const until = ruling.kind === 'now' ? undefined : new Date(ruling.until).toISOString();
  if (state === 'failed') {
    return { code: 'drift-failed', detail, hint: 'It is tried again by itself.', since, until, lift };
  }
  const hint = 'Somebody, or something, undoes every correction: find out who. It is tried again by itself, slowly.';
  return { code: 'drift-fought', detail, hint, since, until, lift };
}
