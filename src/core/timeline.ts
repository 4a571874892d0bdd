import type { Entry, EntryOf } from '../model/entry.ts';
import type { AppHistory } from '../model/history.ts';
import type { ServiceRecord } from '../model/service-record.ts';
import type { Origin, RunningService, Span } from '../model/span.ts';
import { actorOf } from './actor.ts';
import { touching } from './attempts.ts';
import { causesOf } from './format-entry.ts';

/** What ran when, for one app: a fold of its entries, oldest first. */
export interface Timeline {
  /** Returns the span that this entry ended, if it ended one. */
  add(entry: Entry): Span | undefined;
  /** The one that goes on; undefined before anything is known. */
  current(): Span | undefined;
}

/** Kinds of entries that it is a fold of. */
export const timelineKinds: readonly Entry['kind'][] = [
  'opened',
  'started',
  'step',
  'finished',
  'adopted',
  'forgotten',
  'drifted',
  'recovered',
];

/** Of a span: what it says of what runs. */
type Content = Pick<Span, 'state' | 'release' | 'revision' | 'commit' | 'services' | 'origin' | 'deployment'>;

/** An operation that is at work. */
interface Work {
  /** The number of its intent. */
  readonly seq: number;
  /** Undefined where the log no longer has it. */
  readonly intent: EntryOf<'started'> | undefined;
  /** What ran before it. */
  readonly before: Content;
  /** A step began that changes what containers are or see. */
  readonly isTouching: boolean;
}

/** Of a span it leaves out when it was. */
const contentOf = ({ state, release, revision, commit, services, origin, deployment }: Content): Content => ({
  state,
  release,
  revision,
  commit,
  services,
  origin,
  deployment,
});

const nothing: Content = {
  state: 'nothing',
  release: undefined,
  revision: undefined,
  commit: undefined,
  services: [],
  origin: undefined,
  deployment: undefined,
};

export function startTimeline(app: string): Timeline {
  let span: Span | undefined;
  let work: Work | undefined;
  /** What brought each release. */
  const deployments = new Map<string, Origin>();
  return {
    add(entry) {
      const content = deployedBy(contentAfter(entry, span ?? nothing, work), deployments);
      work = workAfter(entry, span ?? nothing, work);
      if (content === undefined) {
        if (span === undefined) ({ span, work } = remembered(app, entry));
        else span = spanDuring(span, entry);
        return undefined;
      }
      const ended = span && { ...span, to: entry.at };
      span = { app, seq: entry.seq, from: entry.at, to: undefined, drifts: [], ...content };
      return ended;
    },
    current: () => span,
  };
}

/** A heal keeps what something else brought, and a restore brings it back. */
function deployedBy(content: Content | undefined, deployments: Map<string, Origin>): Content | undefined {
  if (content?.release === undefined || content.deployment !== undefined) return content;
  const { release, state, origin } = content;
  const isNew = origin !== undefined && origin.purpose !== 'heal' && origin.purpose !== 'restore';
  if (state === 'running' && isNew) deployments.set(release, origin);
  return { ...content, deployment: deployments.get(release) };
}

/** What an act of ours leaves; undefined: the entry is none. */
function contentAfter(entry: Entry, known: Content, work: Work | undefined): Content | undefined {
  switch (entry.kind) {
    case 'started':
      return { ...nothing, ...aimOf(entry), state: 'changing', services: known.services };
    case 'finished':
      return leftBy(entry, work?.seq === entry.intent ? work : undefined);
    case 'adopted':
      return { ...nothing, state: 'mixed', services: claimed(entry), origin: originOf(entry, 'adopt') };
    case 'forgotten':
      return { ...nothing, state: 'unknown', origin: originOf(entry, 'forget') };
    default:
      return undefined;
  }
}

function workAfter(entry: Entry, before: Content, work: Work | undefined): Work | undefined {
  if (entry.kind === 'started') return { seq: entry.seq, intent: entry, before: contentOf(before), isTouching: false };
  if (entry.kind === 'finished') return undefined;
  const begins = entry.kind === 'step' && entry.intent === work?.seq && touching.has(entry.act);
  return work && begins ? { ...work, isTouching: true } : work;
}

/** What happened without an act of ours. */
function spanDuring(span: Span, entry: Entry): Span {
  if (entry.kind === 'drifted') return drifted(span, entry);
  return entry.kind === 'recovered' && entry.of === 'drift' ? calmed(span, entry.at) : span;
}

/** What an operation left. */
function leftBy(entry: EntryOf<'finished'>, work: Work | undefined): Content {
  const origin = { ...originOf(entry, entry.purpose, work?.intent), outcome: entry.outcome, duration: entry.duration };
  const { revision = work?.intent?.revision, release, outcome, purpose } = entry;
  const services = runningOf(entry.services);
  const content = { ...nothing, release, revision, commit: revision?.commit, services, origin };
  if (outcome.kind === 'applied')
    return purpose === 'remove' ? { ...nothing, origin } : { ...content, state: 'running' };
  // A pull that failed left everything as it was.
  if (work !== undefined && !work.isTouching) return work.before;
  return { ...content, state: 'mixed' };
}

function aimOf(entry: EntryOf<'started'>): Omit<Content, 'state' | 'services' | 'deployment'> {
  const { release, revision, purpose } = entry;
  return { release, revision, commit: revision?.commit, origin: originOf(entry, purpose, entry) };
}

/** What the head of a file tells of the entries before it. Later heads say again what the entries before them said. */
function remembered(app: string, entry: Entry): { readonly span: Span | undefined; readonly work: Work | undefined } {
  const known =
    entry.kind === 'opened' && Object.hasOwn(entry.snapshot.apps, app) ? entry.snapshot.apps[app] : undefined;
  if (known === undefined) return { span: undefined, work: undefined };
  const { deployed, applied, open } = known;
  const before = rememberedContent({ deployed, applied: open ? open.left : applied });
  const { seq, at } = open ? { seq: open.seq, at: entry.at } : (deployed ?? entry);
  const content = open ? { ...before, state: 'changing' as const, release: open.release, commit: undefined } : before;
  return {
    span: { app, seq, from: at, to: undefined, drifts: [], ...content },
    work: open && { seq: open.seq, intent: undefined, before, isTouching: applied !== open.left },
  };
}

function rememberedContent({ deployed, applied }: Pick<AppHistory, 'deployed' | 'applied'>): Content {
  if (deployed === undefined)
    return { ...nothing, state: applied === undefined ? 'nothing' : 'mixed', release: applied };
  const { release, commit, imageIds } = deployed;
  const services = Object.entries(imageIds).map(
    ([service, imageId]): RunningService => ({ service, image: undefined, imageId, containers: [] }),
  );
  return applied === release
    ? { ...nothing, state: 'running', release, commit, services }
    : { ...nothing, state: 'mixed', release: applied };
}

const runningOf = (records: readonly ServiceRecord[]): readonly RunningService[] =>
  records
    .filter(({ containers }) => containers.after.length > 0)
    .map(({ service, image, imageId, containers, ran }) => ({
      service,
      image: image.to,
      imageId,
      containers: containers.after.map((id) => ({ id, name: ran?.find((one) => one.id === id)?.name })),
    }));

const claimed = ({ containers }: EntryOf<'adopted'>): readonly RunningService[] =>
  containers.map(({ id, name, key }) => ({
    service: key,
    image: undefined,
    imageId: undefined,
    containers: [{ id, name }],
  }));

function originOf(
  entry: EntryOf<'started' | 'finished' | 'adopted' | 'forgotten'>,
  purpose: Origin['purpose'],
  intent?: EntryOf<'started'>,
): Origin {
  return {
    seq: entry.seq,
    purpose,
    outcome: undefined,
    actor: actorOf((intent ?? entry).trigger),
    reason: intent?.reason ?? intent?.trigger.override ?? ('reason' in entry ? entry.reason : undefined),
    approvals: intent?.consent?.approvals ?? [],
    causes: intent === undefined ? [] : causesOf(intent),
    duration: undefined,
  };
}

const drifted = (span: Span, { seq, at, causes }: EntryOf<'drifted'>): Span => ({
  ...span,
  drifts: [...calmed(span, at).drifts, { seq, at, causes, until: undefined }],
});

const calmed = (span: Span, at: string): Span => ({
  ...span,
  drifts: span.drifts.map((drift) => ({ ...drift, until: drift.until ?? at })),
});
