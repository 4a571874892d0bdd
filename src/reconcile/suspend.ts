import {
  hostSuspension,
  isOver,
  resumeCommand,
  suspendedIn,
  suspensionReasons,
  suspensionsOf,
} from '../core/suspension.ts';
import { longestSuspension, parseUntil, untilText, usualSuspension } from '../core/until.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Verdict } from '../model/verdict.ts';
import { deniedBy } from './forbid.ts';
import type { Noted, SuspendRequest } from './harbor.ts';
import type { Context } from './pass.ts';

type Said = Pick<Context, 'journal' | 'clock'>;

/** Why nothing may act on the app now, each with the command that lifts it; empty: nothing suspends it. */
export const suspended = (app: string, { journal, clock }: Said): readonly BlockReason[] =>
  suspensionReasons(app, suspensionsOf(journal.all(), app, clock.now()));

/** The answer to whoever wants something done to a suspended app. It is told and not written: nothing was attempted. */
export function whileSuspended({ app }: { readonly app: Pick<App, 'name'> }, context: Said): PassReport | undefined {
  const reasons = suspended(app.name, context);
  return reasons.length === 0 ? undefined : barred(app, reasons, context);
}

export const barred = (
  { name }: Pick<App, 'name'>,
  reasons: readonly BlockReason[],
  { journal }: Pick<Said, 'journal'>,
): PassReport => ({
  app: name,
  outcome: journal.redacted({ kind: 'blocked', reasons }),
  entry: undefined,
  revision: undefined,
});

export const suspendedVerdicts = (app: string, context: Said): readonly Verdict[] => deniedBy(suspended(app, context));

/** Lifts every suspension whose time is over: nobody needs to remember it. */
export async function liftOverdue({ journal, clock }: Said): Promise<void> {
  for (const { record, ...scope } of suspendedIn(journal.all()))
    if (isOver(record, clock.now()))
      await journal.record({ kind: 'resumed', ...scope, trigger: { kind: 'interval' }, reason: 'its time was over' });
}

const scopeOf = (app: string | undefined) =>
  app === undefined ? ({ of: 'host' } as const) : ({ of: 'app', app } as const);

export async function suspend(request: SuspendRequest, trigger: Trigger, { journal, clock }: Said): Promise<Noted> {
  const { app, reason } = request;
  const until = endOf(request, clock.now());
  const { seq: entry } = await journal.record({ kind: 'suspended', ...scopeOf(app), trigger, reason, until });
  const lift = resumeCommand(app === undefined ? 'host' : 'app', app ?? '');
  const what = app === undefined ? 'Every app of this host, also one that is added later,' : app;
  const summary = `${what} is suspended ${untilText(until)}: nothing is deployed, healed or removed. What is being done now comes to its end. To end it before: ${lift}`;
  return { app, entry, summary };
}

/** ISO 8601; undefined: for ever. */
function endOf({ until, forever }: SuspendRequest, now: Date): string | undefined {
  if (forever && until !== undefined)
    throw unclear('a suspension lasts either until a time or for ever', 'Give --until or --forever, not both.');
  if (forever) return undefined;
  const end = until === undefined ? new Date(now.getTime() + usualSuspension) : parseUntil(until, now);
  if (end === undefined)
    throw unclear(
      `'${until}' is neither a duration nor a time`,
      'Write 30m, 2h or 3d, or a time such as 2026-01-31T18:00Z.',
    );
  if (!(end > now))
    throw unclear(
      `${until} is not in the future: it is ${now.toISOString().slice(0, 19)}Z now`,
      'A time without a zone is UTC. To end a suspension now: harbormaster resume.',
    );
  if (end.getTime() - now.getTime() > longestSuspension)
    throw unclear(`${until} is more than a year away`, 'If it shall have no end, say so: --forever.');
  return end.toISOString();
}

const unclear = (message: string, hint: string): HarborError => new HarborError(message, { code: 'usage', hint });

export async function resume(
  app: string | undefined,
  reason: string | undefined,
  trigger: Trigger,
  { journal, clock }: Said,
): Promise<Noted> {
  const known = suspendedIn(journal.all());
  const own = known.find((one) => (one.of === 'app' ? one.app : undefined) === app);
  const entry = own && (await journal.record({ kind: 'resumed', ...scopeOf(app), trigger, reason })).seq;
  const what = app ?? 'the host';
  const now = own
    ? `${what} is resumed`
    : app === undefined
      ? 'the host is not suspended'
      : `${app} has no suspension of its own`;
  return {
    app,
    entry,
    summary: `${now}${stillSuspended(app, { journal, clock }) ?? (own ? ': a running daemon does at once what waits' : '')}`,
  };
}

/** A suspension is lifted by what made it: nobody ends another one's by the way. */
function stillSuspended(app: string | undefined, { journal, clock }: Said): string | undefined {
  const now = clock.now();
  const snapshot = journal.all();
  if (app !== undefined) {
    const host = hostSuspension(snapshot, now);
    return (
      host &&
      `, but the whole host is suspended ${untilText(host.until)} (${host.reason}): ${resumeCommand('host', app)}`
    );
  }
  const apps = suspendedIn(snapshot).flatMap((one) => (one.of === 'app' && !isOver(one.record, now) ? [one.app] : []));
  if (apps.length === 0) return undefined;
  return `; still suspended on their own: ${apps.join(', ')} (${apps.map((name) => resumeCommand('app', name)).join(', ')})`;
}
