import type { Entry, EntryOf } from '../model/entry.ts';
import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { Claim } from '../model/service-record.ts';
import { finish, refused, started, stepped } from './attempts.ts';
import { configurationAfter } from './configuration.ts';
import { decided } from './decisions.ts';
import { approvalAfter, back, goneAfter, leaving } from './departures.ts';
import { hookBegun, hookEnded } from './hook-runs.ts';
import { handOver, namesAfter } from './names.ts';
import { suspensionAfter } from './suspension.ts';
import { tokensAfter } from './tokens.ts';

type OfApp = Extract<Entry, { app: string }>;

export const emptyHistory: HostSnapshot = { apps: {}, forgotten: [] };

/** Always read an app through this: `constructor` is a fine name for an app. */
export const historyOf = ({ apps }: HostSnapshot, app: string): AppHistory | undefined =>
  Object.hasOwn(apps, app) ? apps[app] : undefined;

/** What the log says of the host. */
export function foldHistory(entries: Iterable<Entry>, from: HostSnapshot = emptyHistory): HostSnapshot {
  const fold = startFold(from);
  for (const entry of entries) fold.add(entry);
  return fold.result();
}

/** The same, one entry at a time and without a copy for each: for a log that is too long to hold. */
export function startFold(from: HostSnapshot = emptyHistory): { add(entry: Entry): void; result(): HostSnapshot } {
  let apps = new Map(Object.entries(from.apps));
  let { forgotten, ...host } = ofHostIn(from);
  const add = (entry: Entry): void => {
    if (entry.kind === 'opened') {
      apps = new Map(Object.entries(entry.snapshot.apps));
      ({ forgotten, ...host } = ofHostIn(entry.snapshot));
    }
    host = { ...host, removals: approvalAfter(host.removals, entry) };
    if (!('app' in entry)) host = advanceHost(host, entry);
    else {
      forgotten = forgottenAfter(forgotten, entry);
      host = { ...host, gone: goneAfter(host.gone, apps.get(entry.app), entry) };
      if (entry.kind === 'renamed') {
        handOver(apps, entry);
        host = { ...host, names: namesAfter(host.names, entry, entry.seq) };
      }
      const after = advanceApp(apps.get(entry.app), entry);
      if (after === undefined) apps.delete(entry.app);
      else apps.set(entry.app, after);
    }
  };
  const present = () => Object.fromEntries(Object.entries(host).filter(([, value]) => value !== undefined));
  return { add, result: () => ({ apps: Object.fromEntries(apps), forgotten, ...present() }) };
}

type OfHost = Omit<HostSnapshot, 'apps' | 'forgotten'>;

const ofHostIn = ({ apps: _, ...host }: HostSnapshot): Omit<HostSnapshot, 'apps'> => host;

function advanceHost(before: OfHost, entry: Exclude<Entry, OfApp>): OfHost {
  switch (entry.kind) {
    case 'suspended':
      return { ...before, suspension: suspensionAfter(before.suspension, entry) };
    case 'resumed':
      return { ...before, suspension: undefined };
    case 'configured':
    case 'configuration-failed':
      return { ...before, configuration: configurationAfter(before.configuration, entry) };
    case 'token-created':
    case 'token-revoked':
      return { ...before, tokens: tokensAfter(before.tokens, entry) };
    default:
      return before;
  }
}

/** The history after one more entry. */
export const advance = (history: HostSnapshot, entry: Entry): HostSnapshot => foldHistory([entry], history);

/** Undefined: nothing is left to be said of the app. */
function advanceApp(before: AppHistory | undefined, entry: OfApp): AppHistory | undefined {
  const history = before ?? blank(entry.app);
  switch (entry.kind) {
    case 'started':
      return started(history, entry);
    case 'step':
      return stepped(history, entry);
    case 'hook-begun':
      return hookBegun(history, entry);
    case 'hook-ended':
      return hookEnded(history, entry);
    case 'finished':
      return finish(history, entry);
    case 'refused':
      return refused(history, entry);
    case 'recovered':
      return recovered(history, entry);
    case 'stale':
      return { ...history, stale: { seq: entry.seq, since: entry.at, compared: entry.compared } };
    case 'objected':
      return { ...history, objection: objectionBy(history, entry) };
    case 'drifted':
      return { ...history, drift: driftedBy(entry) };
    case 'held':
      return { ...history, hold: { seq: entry.seq, since: entry.at, by: entry.trigger.by, reason: entry.reason } };
    case 'released':
      return { ...history, hold: undefined };
    case 'suspended':
      return { ...history, suspension: suspensionAfter(history.suspension, entry) };
    case 'resumed':
      return { ...history, suspension: undefined };
    case 'retried':
      return retried(history, entry);
    case 'history-accepted':
      return { ...history, accepted: { from: entry.from, to: entry.to } };
    case 'approved':
    case 'rejected':
      return decided(history, entry);
    case 'adopted':
      return { ...history, project: entry.project, adopted: withClaims(history.adopted, entry) };
    case 'forgotten':
      return undefined;
    case 'removal-set':
      return { ...history, removal: entry.removal };
    case 'left':
      return leaving(history, entry);
    case 'returned':
      return back(history);
    case 'renamed':
      return { ...history, project: entry.project };
    default:
      return entry satisfies never;
  }
}

/** The project is named after the app until an intent names it. */
export const blank = (app: string): AppHistory => ({
  project: app,
  desired: undefined,
  attempted: undefined,
  applied: undefined,
  deployed: undefined,
  good: [],
  open: undefined,
  unfinished: undefined,
  trouble: undefined,
  drift: undefined,
  heals: [],
  hold: undefined,
  quarantined: [],
  completed: [],
  adopted: { containers: [], networks: [] },
});

function recovered(history: AppHistory, { of }: EntryOf<'recovered'>): AppHistory {
  if (of === 'policy') return { ...history, objection: undefined };
  if (of === 'comparison') return { ...history, stale: undefined };
  return of === 'drift' ? { ...history, drift: undefined } : wantedAgain(history);
}

/** More or fewer objections to the same release are the same trouble. */
const objectionBy = ({ objection }: AppHistory, entry: EntryOf<'objected'>): AppHistory['objection'] => {
  const { seq, at, release, fingerprint } = entry;
  const since = objection?.release === release ? objection.since : at;
  return { seq, since, release, fingerprint };
};

/** Git asks for what is deployed, and that runs: nothing newer is wanted, and nothing of it is left, to be finished or in place. */
function wantedAgain(history: AppHistory): AppHistory {
  const settled = { ...history, trouble: undefined, unfinished: undefined };
  if (history.deployed === undefined) return settled;
  const { release, commit } = history.deployed;
  return { ...settled, desired: { release, commit }, applied: release };
}

const driftedBy = ({ seq, at, state, fingerprint, causes }: EntryOf<'drifted'>): AppHistory['drift'] => ({
  seq,
  since: at,
  state,
  fingerprint,
  causes,
});

function retried(history: AppHistory, { release }: EntryOf<'retried'>): AppHistory {
  return {
    ...history,
    quarantined: history.quarantined.filter((bad) => bad.release !== release),
    heals: [],
  };
}

function withClaims(before: AppHistory['adopted'], { containers, networks }: EntryOf<'adopted'>) {
  const merged = (old: readonly Claim[], fresh: readonly Claim[]): readonly Claim[] => [
    ...old.filter(({ id }) => fresh.every((claim) => claim.id !== id)),
    ...fresh,
  ];
  return { containers: merged(before.containers, containers), networks: merged(before.networks, networks) };
}

const mostForgotten = 1000;

function forgottenAfter(before: readonly string[], entry: OfApp): readonly string[] {
  if (entry.kind !== 'forgotten' && entry.kind !== 'adopted') return before;
  const ids = [...entry.containers, ...entry.networks].map(({ id }) => id);
  const others = before.filter((id) => !ids.includes(id));
  return entry.kind === 'forgotten' ? [...others, ...ids].slice(-mostForgotten) : others;
}
