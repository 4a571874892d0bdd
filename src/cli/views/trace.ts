import { shortRelease } from '../../core/format-entry.ts';
import { imageText } from '../../core/format-plan.ts';
import type { Finding, Period } from '../../model/trace.ts';
import { bad, dim, indented, type Line, strong } from '../line.ts';
import { duration, moment } from '../moment.ts';
import { spanFacts } from './audit.ts';
import { counted } from './count.ts';
import { factsOf } from './facts.ts';

const most = 20;

/** What was looked for, each with where it came from. */
export function traceView(what: string, findings: readonly Finding[], now: Date): readonly Line[] {
  if (findings.length === 0) return [`No entry of the log speaks of ${what}.`];
  const shown = findings.slice(0, most);
  const left = findings.length - shown.length;
  return [
    ...shown.flatMap((finding, index) => [...(index === 0 ? [] : ['']), ...findingLines(finding, now)]),
    ...(left === 0
      ? []
      : ['', [dim(`${counted(left, 'more is', 'more are')} not shown: be more exact, or take --json.`)]]),
  ];
}

function findingLines(finding: Finding, now: Date): readonly Line[] {
  const { kind, release, revision, commit, origin, deployment, ran, attempts, image } = finding;
  return [
    [strong(titleOf(finding)), placeOf(finding)],
    ...(kind === 'image' ? factsOf([['in full', finding.id]]) : []),
    ...(kind === 'container'
      ? factsOf([
          ['id', finding.id],
          ['image', image],
        ])
      : []),
    ...factsOf(
      ran.length === 0
        ? [['ran', 'never, as far as the log knows']]
        : ran.map((period, index) => [index === 0 ? 'ran' : '', periodText(period, now)]),
    ),
    ...(kind === 'release' ? [] : factsOf([['release', release]])),
    ...spanFacts({ revision, commit, origin, deployment }),
    ...attempts.map(({ seq, at, what }) =>
      indented(2, [bad(what.split(/\r?\n/, 1).join('')), dim(` (entry ${seq}, ${moment(at)})`)]),
    ),
  ];
}

function titleOf({ kind, id, name }: Finding): string {
  if (kind === 'image') return `image ${imageText(id)}`;
  if (kind === 'release') return `release ${shortRelease(id)}`;
  return kind === 'commit' ? `commit ${id}` : `container ${name ?? id.slice(0, 12)}`;
}

const placeOf = ({ app, service }: Finding): string => ` of ${app}${service === undefined ? '' : `/${service}`}`;

function periodText({ from, to, seq, until, state }: Period, now: Date): string {
  const length = duration(Math.max(0, Date.parse(to ?? now.toISOString()) - Date.parse(from)));
  const end = to === undefined ? 'now' : moment(to);
  const entries = until === undefined ? `entry ${seq}` : `entries ${seq} to ${until}`;
  return `${moment(from)} to ${end}, ${length} (${entries})${state === 'mixed' ? ', in parts' : ''}`;
}
