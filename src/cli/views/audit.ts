import { actorText } from '../../core/actor.ts';
import { outcomeSentence, shortRelease } from '../../core/format-entry.ts';
import { imageText } from '../../core/format-plan.ts';
import { signerText } from '../../core/provenance.ts';
import type { Revision } from '../../model/revision.ts';
import type { Origin, RunningService, Span } from '../../model/span.ts';
import { bad, dim, good, indented, type Line, type Span as Painted, paragraph, strong, warn } from '../line.ts';
import { duration, moment } from '../moment.ts';
import { layout, type Row } from '../table.ts';
import { factsOf } from './facts.ts';
import { shortCommit } from './revision.ts';

interface Audited {
  readonly app: string;
  readonly host: string | undefined;
  readonly since: string;
  readonly until: string | undefined;
  readonly spans: readonly Span[];
}

/** A line for each time between two acts; an operation has one only while it is at work. */
export function auditView({ app, host, since, until, spans }: Audited, now: Date): readonly Line[] {
  const title: Line = [
    strong(app),
    placeText(host),
    `, ${moment(since)} to ${until === undefined ? 'now' : moment(until)}`,
  ];
  const told = spans
    .filter((span, index) => span.state !== 'changing' || index === spans.length - 1)
    .reduce(joined, []);
  if (told.length === 0) return [title, '', 'Nothing of it ran, as far as the log knows.'];
  const rows = told.map((span) => rowOf(span, now));
  const table = layout(['FROM (UTC)', 'FOR', 'WHAT RAN', 'COMMIT', 'AUTHOR', 'ENTRY', 'WHY'], rows);
  return [
    title,
    '',
    table.header,
    ...told.flatMap((span, index) => [table.row(rows[index] ?? []), ...span.drifts.map(driftLine)]),
  ];
}

/** What an operation left as it was is one line. */
function joined(before: readonly Span[], span: Span): readonly Span[] {
  const last = before.at(-1);
  const isSame =
    last !== undefined && last.state === span.state && last.origin?.seq === span.origin?.seq && last.origin;
  if (!isSame) return [...before, span];
  return [...before.slice(0, -1), { ...last, to: span.to, drifts: [...last.drifts, ...span.drifts] }];
}

const placeText = (host: string | undefined): string => (host === undefined ? '' : ` on ${host}`);

const rowOf = (span: Span, now: Date): Row => [
  moment(span.from).replace(' UTC', ''),
  duration(Math.max(0, Date.parse(span.to ?? now.toISOString()) - Date.parse(span.from))),
  whatRan(span),
  span.commit === undefined ? '-' : shortCommit(span.commit),
  span.revision?.author.name ?? '-',
  String(span.seq),
  span.origin === undefined ? 'the log no longer has what brought it' : whyText(span.origin),
];

function whatRan({ state, release }: Span): Painted | string {
  const name = release === undefined ? '' : ` ${shortRelease(release)}`;
  switch (state) {
    case 'running':
      return good(`release${name}`);
    case 'mixed':
      return bad(release === undefined ? 'what was taken over' : `parts of${name}`);
    case 'changing':
      return warn(`changing to${release === undefined ? ' nothing' : name}`);
    case 'nothing':
      return dim('nothing');
    case 'unknown':
      return dim('not ours');
    default:
      return state satisfies never;
  }
}

const acts: Readonly<Record<Origin['purpose'], string>> = {
  deploy: 'deployed',
  heal: 'healed',
  restore: 'restored',
  rollback: 'rolled back',
  adopt: 'taken over',
  remove: 'removed',
  forget: 'let go of',
};

/** `deployed by the schedule, approved by bob`. */
function whyText({ purpose, outcome, actor, approvals, reason }: Origin): string {
  const by = actor === undefined ? '' : ` by ${actorText(actor)}`;
  const approved = approvals.length === 0 ? '' : `, approved by ${approvals.map((one) => one.by).join(', ')}`;
  const said = reason === undefined ? '' : `, because "${reason}"`;
  return `${endText(purpose, outcome)}${by}${approved}${said}`;
}

/** `deployed`, or how else it ended. */
const endText = (purpose: Origin['purpose'], outcome: Origin['outcome']): string =>
  outcome === undefined || outcome.kind === 'applied'
    ? acts[purpose]
    : `${purpose} ${outcomeSentence(outcome).split(/\r?\n/, 1).join('')};`;

const driftLine = ({ seq, at, causes, until }: Span['drifts'][number]): Line =>
  indented(2, [
    warn(
      `from ${moment(at)}${until === undefined ? '' : ` to ${moment(until)}`} it was otherwise: ${causes.join('; ')}`,
    ),
    dim(` (entry ${seq})`),
  ]);

interface AuditedMoment {
  readonly app: string;
  readonly host: string | undefined;
  readonly at: Date;
  readonly span: Span | undefined;
  readonly before: Span | undefined;
  readonly after: Span | undefined;
}

/** What ran at one moment, in full. */
export function auditAtView({ app, host, at, span, before, after }: AuditedMoment): readonly Line[] {
  const title: Line = [strong(app), placeText(host), ` at ${moment(at.toISOString())}:`];
  if (span === undefined) return [title, '  the log does not know of it yet'];
  return [
    title,
    ...[stateText(span)].flatMap((text) => paragraph(text, 2)),
    '',
    ...spanFacts(span),
    ...section('it ran', span.state === 'changing' ? [] : span.services.flatMap(serviceLines)),
    ...beside('before it', before),
    ...beside('after it', after),
    ...span.drifts.filter((drift) => isDuring(drift, at)).map(driftLine),
  ];
}

const isDuring = ({ at: from, until }: Span['drifts'][number], at: Date): boolean =>
  Date.parse(from) <= at.getTime() && (until === undefined || Date.parse(until) > at.getTime());

function stateText({ state, release, from, to, seq }: Span): string {
  const name = release === undefined ? 'nothing' : `release ${release}`;
  const lasted = `since ${moment(from)} (entry ${seq})${to === undefined ? ', and does so still' : `, until ${moment(to)}`}`;
  switch (state) {
    case 'running':
      return `${name} ran, ${lasted}`;
    case 'mixed':
      return `${release === undefined ? 'what was taken over ran' : `what an operation to ${name} left ran: it did not end well`}, ${lasted}`;
    case 'changing':
      return `an operation to ${name} was at work, ${lasted}`;
    case 'nothing':
      return `nothing of it ran, ${lasted}`;
    case 'unknown':
      return `it was no longer ours, ${lasted}`;
    default:
      return state satisfies never;
  }
}

/** Where it came from, who let it through. */
export function spanFacts({
  revision,
  commit,
  origin,
  deployment,
}: Pick<Span, 'revision' | 'commit' | 'origin' | 'deployment'>): readonly Line[] {
  const brought = deployment ?? origin;
  const then = origin?.seq === brought?.seq ? undefined : origin;
  return [
    ...(revision === undefined ? factsOf([['commit', commit]]) : revisionFacts(revision)),
    ...(brought === undefined ? [] : originFacts('brought by', brought)),
    ...(then === undefined ? [] : originFacts('then', then)),
  ];
}

export const revisionFacts = ({ commit, subject, repository, ref, author, committer, signer }: Revision) =>
  factsOf([
    ['commit', `${commit} "${subject}"`],
    ['of', `${repository} ${ref}`],
    ['author', `${author.name} <${author.email}>, ${moment(author.at)}`],
    [
      'committer',
      author.name === committer.name && author.email === committer.email
        ? undefined
        : `${committer.name} <${committer.email}>, ${moment(committer.at)}`,
    ],
    ['signed by', signer && signerText(signer)],
  ]);

const originFacts = (label: string, { seq, purpose, outcome, actor, reason, approvals, causes }: Origin) =>
  factsOf([
    [label, `entry ${seq}: ${endText(purpose, outcome)}${actor === undefined ? '' : ` by ${actorText(actor)}`}`],
    ['because', reason],
    [
      'approved by',
      approvals.length === 0 ? undefined : approvals.map((one) => `${one.by} (entry ${one.seq})`).join(', '),
    ],
    ...causes.map((cause, index): readonly [string, string] => [index === 0 ? 'changed' : '', cause]),
  ]);

const section = (title: string, lines: readonly Line[]): readonly Line[] =>
  lines.length === 0 ? [] : ['', [strong(title)], ...lines];

const beside = (title: string, span: Span | undefined): readonly Line[] =>
  span === undefined
    ? []
    : section(title, [
        indented(2, [whatRan(span), dim(` (entry ${span.seq})`)]),
        ...span.services.flatMap(serviceLines),
      ]);

function serviceLines({ service, image, imageId, containers }: RunningService): readonly Line[] {
  const digest = image ?? imageId;
  return [
    ['  ', strong(service), `  ${digest === undefined ? 'image unknown' : imageText(digest)}`],
    ...(digest === undefined ? [] : [indented(4, [dim(digest)])]),
    ...(imageId === undefined || imageId === digest ? [] : [indented(4, [dim(`image id ${imageId}`)])]),
    ...containers.map(({ id, name }) => indented(4, `${name ?? 'container'}  ${id.slice(0, 12)}`)),
  ];
}
