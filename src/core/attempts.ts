import { faultOf } from '../errors.ts';
import type { EntryOf } from '../model/entry.ts';
import type { AppHistory, DeployedRecord, GoodRelease, QuarantineRecord, TroubleRecord } from '../model/history.ts';
import type { Outcome } from '../model/outcome.ts';
import { decisionsWithout } from './decisions.ts';
import { stopped } from './departures.ts';
import { onlyWaits } from './dependencies.ts';
import { exposedAfter, exposedAt, exposureOf } from './exposed.ts';
import { hooksAtEnd, hooksAtStart } from './hook-runs.ts';
import { begun, ended, refreshesOf } from './refreshed.ts';
import { signatureOf } from './signature.ts';

type Started = EntryOf<'started'>;
type Finished = EntryOf<'finished'>;
type Refused = EntryOf<'refused'>;

const most = { good: 20, quarantined: 100, heals: 20, completed: 50 } as const;

export function started(history: AppHistory, entry: Started): AppHistory {
  const { seq, release, purpose, fingerprint, hold = false, reason, trigger, revision, project } = entry;
  const isRemoval = purpose === 'remove';
  const open = {
    seq,
    release,
    purpose,
    step: undefined,
    fingerprint,
    hold,
    reason,
    by: trigger.by,
    left: history.applied,
    ...(entry.consent && { consent: entry.consent }),
    ...(isRemoval && {
      removal: { project, onRemove: entry.removal?.onRemove ?? 'down', moved: entry.moved === true },
    }),
    ...refreshing(entry),
  };
  const heals =
    fingerprint === undefined ? history.heals : [...history.heals, { fingerprint, at: entry.at, failed: false }];
  return {
    ...history,
    project: isRemoval ? history.project : project,
    open,
    ...(!isRemoval && { removal: entry.removal }),
    hooks: hooksAtStart(history, entry),
    desired: purpose === 'deploy' ? { release, commit: revision?.commit } : history.desired,
    heals: heals.slice(-most.heals),
  };
}

function refreshing(entry: Started): Pick<NonNullable<AppHistory['open']>, 'refreshes' | 'exposure'> {
  const refreshes = refreshesOf(entry);
  const exposure = exposureOf(entry);
  return { ...(refreshes.length > 0 && { refreshes }), ...(exposure && { exposure }) };
}

/** Acts that change what containers are or see; the others only prepare, or wait. */
export const touching = new Set<EntryOf<'step'>['act']>([
  'files',
  'stop',
  'remove-network',
  'create',
  'replace',
  'refresh',
  'start',
  'mend',
  'remove',
]);

export function stepped(history: AppHistory, step: EntryOf<'step'>): AppHistory {
  const { open } = history;
  const { intent, act, title } = step;
  if (open?.seq !== intent) return history;
  const after = { ...history, open: { ...open, step: title } };
  if (!touching.has(act)) return after;
  return withContent(
    { ...after, applied: open.release ?? history.applied },
    { refreshed: begun(history.refreshed, open), exposed: exposedAt(history.exposed, open, step) },
  );
}

/** An attempt that ended before any side effect. */
export function refused(history: AppHistory, entry: Refused): AppHistory {
  const { release, revision } = entry;
  const isKnown = release !== undefined || revision !== undefined;
  return {
    ...history,
    desired: isKnown ? { release, commit: revision?.commit } : history.desired,
    attempted: attemptOf(entry),
    trouble: troubleAfter(history.trouble, entry),
  };
}

/** What is known of the content that containers have read; absent where there is nothing to say. */
function withContent(
  { refreshed: _, exposed: __, ...history }: AppHistory,
  { refreshed, exposed }: Pick<AppHistory, 'refreshed' | 'exposed'>,
): AppHistory {
  return { ...history, ...(refreshed && { refreshed }), ...(exposed && { exposed }) };
}

/** Undefined: the app was removed, and nothing of it stays. */
export function finish(before: AppHistory, entry: Finished): AppHistory | undefined {
  const isOpen = before.open?.seq === entry.intent;
  const after = {
    ...before,
    open: isOpen ? undefined : before.open,
    completed: completedAfter(before.completed, entry),
    hooks: hooksAtEnd(before, entry),
  };
  const history = withContent(after, {
    refreshed: ended(before.refreshed, isOpen ? before.open : undefined, entry),
    exposed: exposedAfter(before.exposed, entry),
  });
  switch (entry.purpose) {
    case 'deploy':
    case 'adopt':
      return deployed(history, entry, before.open);
    case 'heal':
    case 'restore':
      return kept(history, entry);
    case 'rollback':
      return rolledBack(history, entry, before.open);
    case 'remove':
      return removed(history, entry, before.open);
    default:
      return entry.purpose satisfies never;
  }
}

/** Undefined: nothing of the app is left. */
function removed(history: AppHistory, entry: Finished, open: AppHistory['open']): AppHistory | undefined {
  if (entry.outcome.kind !== 'applied')
    return { ...history, attempted: attemptOf(entry), trouble: troubleAfter(history.trouble, entry) };
  if (open?.removal?.moved) return history;
  return open?.removal?.onRemove === 'stop' ? stopped(history, entry) : undefined;
}

function deployed(history: AppHistory, entry: Finished, open: AppHistory['open']): AppHistory {
  const { outcome } = entry;
  const quarantined = quarantineAfter(history, entry);
  const bad = quarantined.find(({ seq }) => seq === entry.seq);
  return {
    ...(outcome.kind === 'applied' ? succeeded(history, entry) : history),
    attempted: attemptOf(entry),
    unfinished: unfinishedAfter(entry, open),
    trouble: troubleAfter(history.trouble, entry),
    quarantined,
    ...(bad && { decisions: decisionsWithout(history, bad.release) }),
  };
}

/** What a crash or a stop cut short goes on later. */
function unfinishedAfter({ outcome, release, purpose }: Finished, open: AppHistory['open']): AppHistory['unfinished'] {
  if (outcome.kind !== 'interrupted' || release === undefined) return undefined;
  const isRollback = purpose === 'rollback';
  return {
    release,
    purpose: isRollback ? purpose : 'deploy',
    reason: open?.reason,
    hold: open?.hold === true,
    ...(open?.consent && { consent: open.consent }),
  };
}

/** The release was seen healthy: from now on it is what the app is kept at. */
function succeeded(history: AppHistory, entry: Finished): AppHistory {
  const record = deployedBy(entry, history.deployed);
  if (record === undefined) return history;
  const { release, commit, at, seq } = record;
  return {
    ...history,
    ...letThrough(history, release),
    applied: release,
    deployed: record,
    good: [...history.good.filter((good) => good.release !== release), { release, commit, at, seq }].slice(-most.good),
    drift: undefined,
    unfinished: undefined,
    irreversible: undefined,
    // Whatever else was said was said of ways from the release that was deployed before.
    decisions: undefined,
  };
}

/** Whatever is deployed was judged: what the policy said of another release is over. */
const letThrough = ({ objection }: AppHistory, release: string): Pick<AppHistory, 'objection'> =>
  objection !== undefined && objection.release !== release ? { objection: undefined } : {};

/** The deployed release was mended or brought back: that says nothing of a newer one. A failure to do so is a trouble of its own. */
function kept(history: AppHistory, entry: Finished): AppHistory {
  const { outcome, seq, at } = entry;
  if (outcome.kind === 'failed') {
    const fingerprint = signatureOf(outcome, entry.release, undefined);
    const isSame = history.drift?.state === 'failed' && history.drift.fingerprint === fingerprint;
    const { code, hint, message } = outcome;
    const why = { code, causes: [message], ...(hint === undefined ? {} : { hint }) };
    const drift = { seq, since: at, state: 'failed', fingerprint, ...why } as const;
    const last = entry.purpose === 'heal' ? history.heals.at(-1) : undefined;
    const heals = last ? [...history.heals.slice(0, -1), { ...last, failed: true }] : history.heals;
    return { ...history, heals, drift: isSame ? history.drift : drift };
  }
  if (outcome.kind !== 'applied') return history;
  const now = deployedBy(entry, history.deployed);
  // Whoever undoes every correction is not gone because one more of them went well.
  const drift = history.drift?.state === 'fought' ? history.drift : undefined;
  if (now === undefined || history.deployed?.release !== now.release) return { ...history, drift };
  const { release, commit, ref, at: since, seq: first } = history.deployed;
  return { ...history, applied: release, deployed: { ...now, release, commit, ref, at: since, seq: first }, drift };
}

function rolledBack(history: AppHistory, entry: Finished, open: AppHistory['open']): AppHistory {
  const { outcome, seq, at, release } = entry;
  if (outcome.kind !== 'applied') return { ...kept(history, entry), unfinished: unfinishedAfter(entry, open) };
  const reason = `rolled back by ${open?.by ?? 'a person'}: ${open?.reason ?? 'no reason given'}`;
  // Besides the deployed one also one that failed and was left in place.
  const left = new Set([history.deployed?.release, open?.left].filter((one) => one !== undefined && one !== release));
  const bad = [...left].flatMap((one) =>
    one === undefined ? [] : [{ release: one, byHand: true, seq, since: at, reason }],
  );
  return {
    ...succeeded(history, entry),
    trouble: undefined,
    quarantined: [
      ...history.quarantined.filter((record) => record.release !== release && !left.has(record.release)),
      ...bad,
    ].slice(-most.quarantined),
    hold: open?.hold ? { seq, since: at, by: open.by, reason: open.reason ?? 'rolled back' } : history.hold,
  };
}

const attemptOf = ({
  release,
  revision,
  seq,
  at,
  outcome,
}: Finished | Refused): NonNullable<AppHistory['attempted']> => ({
  release,
  commit: revision?.commit,
  seq,
  at,
  outcome,
});

/** An operation may mention only what it touched; the rest still is what it was. */
function deployedBy(entry: Finished, before: DeployedRecord | undefined): DeployedRecord | undefined {
  const { release, seq, at, revision, services } = entry;
  if (release === undefined) return before;
  const images = services.flatMap(({ service, imageId }) => (imageId === undefined ? [] : [[service, imageId]]));
  const known = before?.release === release ? before.imageIds : {};
  const good: GoodRelease = { release, seq, at, commit: revision?.commit };
  return {
    ...good,
    ref: revision?.ref,
    imageIds: { ...known, ...Object.fromEntries(images) },
    configured: configuredAfter(before?.configured ?? {}, services),
  };
}

/** What was looked at anew, and what still holds for the same service digest. */
function configuredAfter(
  before: DeployedRecord['configured'],
  services: Finished['services'],
): DeployedRecord['configured'] {
  return Object.fromEntries(
    services.flatMap(({ service, digest, configured }) => {
      const known = Object.hasOwn(before, service) ? before[service] : undefined;
      if (configured && digest.to !== undefined) return [[service, { digest: digest.to, fields: configured }]];
      return known && (digest.to === undefined || known.digest === digest.to) ? [[service, known]] : [];
    }),
  );
}

/**
 * A release that failed by its own fault is not tried again by itself. One that was deployed well before is: then the world has changed, and
 * keeping it running is worth every try.
 */
function quarantineAfter({ quarantined, deployed }: AppHistory, entry: Finished): readonly QuarantineRecord[] {
  const { release, outcome, seq, at } = entry;
  if (release === undefined) return quarantined;
  const others = quarantined.filter((bad) => bad.release !== release);
  if (outcome.kind === 'applied') return others;
  const isBad = outcome.kind === 'failed' && faultOf(outcome.code) === 'user' && deployed?.release !== release;
  if (!isBad) return quarantined;
  return [...others, { release, byHand: false, seq, since: at, reason: firstLine(outcome.message) }].slice(
    -most.quarantined,
  );
}

/** What a container or tool wrote stays in the entry. */
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message;

/** Also completed jobs of earlier releases are remembered, newest last: going back to one must not run its migration again. */
function completedAfter(before: readonly string[], { services }: Finished): readonly string[] {
  const now = services.flatMap(({ completed, digest }) => (completed && digest.to !== undefined ? [digest.to] : []));
  const current = new Set([...now, ...services.flatMap(({ digest }) => digest.to ?? [])]);
  const all = [...new Set([...before.filter((digest) => !now.includes(digest)), ...now])];
  const surplus = all.length - most.completed;
  return surplus <= 0 ? all : all.filter((digest, index) => index >= surplus || current.has(digest));
}

function troubleAfter(before: TroubleRecord | undefined, entry: Finished | Refused): TroubleRecord | undefined {
  const { outcome, release, revision, seq, at } = entry;
  // An attempt that was cut short is open work, no trouble of its own, and no cure either.
  if (outcome.kind === 'interrupted' || outcome.kind === 'superseded') return before;
  if (outcome.kind !== 'failed' && outcome.kind !== 'blocked') return undefined;
  const signature = signatureOf(outcome, release, revision?.commit);
  if (before?.signature === signature) return before;
  const isQuiet = onlyWaits(outcome) && (before === undefined || before.quiet === true);
  return {
    seq,
    since: at,
    kind: outcome.kind,
    message: messageOf(outcome),
    signature,
    ...(isQuiet && { quiet: true }),
  };
}

function messageOf(outcome: Extract<Outcome, { kind: 'failed' | 'blocked' }>): string {
  return outcome.kind === 'failed' ? outcome.message : outcome.reasons.map(({ reason }) => reason).join('; ');
}
