import { untilText } from '../../core/until.ts';
import type { AppStatus, Block, HealthState, HostStatus, SyncState } from '../../model/report.ts';
import { bad, dim, good, type Line, nextStep, paragraph, type Span, spansOf, strong, warn } from '../line.ts';
import { when } from '../moment.ts';
import { table } from '../table.ts';
import { remediesOf, sinceText } from './block.ts';
import { type Condition, conditionOf, worstFirst } from './condition.ts';
import { configurationLines } from './configuration.ts';
import { share, tally } from './count.ts';
import { deliveryLines } from './deliveries.ts';
import { leavingLines } from './leaving.ts';
import { recordLines } from './record.ts';
import { shortCommit } from './revision.ts';

/** The host in one sentence, every app in one line, then each trouble with its reason and what lifts it. */
export function statusView(status: HostStatus, now: Date): readonly Line[] {
  const { host, apps } = status;
  if (apps.length === 0)
    return [
      ...recordLines(status.record, now),
      ...deliveryLines(status.deliveries, now),
      ...suspendedLines(status, now),
      [strong(host), ': no app is declared for this host.'],
      ...nextStep('Add one under `apps:` in the configuration.'),
      ...leavingLines(status, now),
      ...configurationLines(status, now),
    ];
  return [
    ...recordLines(status.record, now),
    ...deliveryLines(status.deliveries, now),
    ...suspendedLines(status, now),
    hostSentence(status),
    '',
    ...table(
      ['APP', 'SOURCE', 'SYNC', 'HEALTH', 'LAST DEPLOYMENT'],
      apps.map((app) => appRow(app, now)),
    ),
    ...apps.flatMap((app) => troubleLines(app, now)),
    ...leavingLines(status, now),
    '',
    ...configurationLines(status, now),
    ...daemonLines(status, now),
  ];
}

/** Comes before everything: whatever else is said here, nothing is done about it. */
function suspendedLines({ host, suspension }: HostStatus, now: Date): readonly Line[] {
  if (suspension === undefined) return [];
  const { since, until, by, reason } = suspension;
  const who = by === undefined ? '' : ` by ${by}`;
  return [
    [strong(`${host} `), warn(`is suspended${who} ${untilText(until)}`), `, since ${when(since, now)}: ${reason}`],
    ...nextStep('harbormaster resume --all'),
    '',
  ];
}

function hostSentence({ host, apps }: HostStatus): Line {
  const conditions = apps.map(conditionOf).filter((condition) => condition !== undefined);
  const fine = apps.length - conditions.length;
  const verbs = fine === 1 && apps.length > 1 ? 'matches Git and is healthy' : 'match Git and are healthy';
  const subject =
    apps.length === 1 && fine === 1
      ? 'its one app matches Git and is healthy'
      : `${share(fine, apps.length)} apps ${verbs}`;
  const rest = conditions.length === 0 ? '.' : `; ${tally(conditions)}.`;
  return [strong(`${host}: `), conditions.length === 0 ? good(`${subject}${rest}`) : strong(`${subject}${rest}`)];
}

const appRow = (app: AppStatus, now: Date) => [
  strong(app.app),
  sourceCell(app.source.state),
  syncCell(app.sync),
  healthCell(app.health.state),
  deployedText(app, now),
];

const sourceCell = (state: AppStatus['source']['state']): Span | string =>
  state === 'failed' || state === 'unverified' ? bad(state) : state === 'stale' ? warn(state) : state;

function syncCell({ state }: SyncState): Span {
  if (state === 'in-sync') return good('in sync');
  return state === 'out-of-sync' ? bad('out of sync') : warn('unknown');
}

function healthCell(state: HealthState): Span {
  if (state === 'healthy') return good(state);
  return state === 'degraded' || state === 'missing' ? bad(state) : warn(state);
}

function deployedText({ deployed }: AppStatus, now: Date): string {
  if (deployed === undefined) return 'never';
  const commit = deployed.commit === undefined ? '' : `${shortCommit(deployed.commit)}, `;
  return `${commit}${when(deployed.at, now)}`;
}

function troubleLines(app: AppStatus, now: Date): readonly Line[] {
  const condition = conditionOf(app);
  if (condition === undefined) return [];
  const others = reasonsOf(app);
  return [
    '',
    [strong(app.app), ' ', ...spansOf(headline(app, condition, now))],
    ...(app.blockedBy.length === 0 ? unblocked(app, others) : blocked(app.blockedBy, others)),
  ];
}

const unblocked = ({ app, operation }: AppStatus, reasons: readonly string[]): readonly Line[] => [
  ...reasons.flatMap((reason) => paragraph(reason, 2)),
  ...(operation === undefined ? nextStep(`harbormaster why ${app}`, 2) : []),
];

/** Each block with its remedies, the worst first and with all that is wrong besides; what was said once is not said again. */
function blocked(blocks: readonly Block[], others: readonly string[]): readonly Line[] {
  const told = new Set<string>();
  const once = (texts: readonly string[]): readonly string[] =>
    texts.filter((text) => !told.has(text) && told.add(text));
  return worstFirst(blocks).flatMap((block, index) => [
    ...once([firstLine(block.detail), ...(index === 0 ? others : [])]).flatMap((reason) => paragraph(reason, 2)),
    ...once(remediesOf(block)).flatMap((remedy) => nextStep(remedy, 2)),
  ]);
}

/** What a container or tool wrote is told by `why`. */
function firstLine(text: string): string {
  const [first = '', ...more] = text.split('\n');
  return more.length === 0 ? first : `${first} …`;
}

function headline({ blockedBy, operation }: AppStatus, [condition]: Condition, now: Date): Line {
  if (operation !== undefined) return [warn(`${condition} now: `), operation];
  const [block] = worstFirst(blockedBy);
  return block === undefined ? [bad(condition)] : [bad(condition), `, ${sinceText(block, now)}`];
}

/** What is wrong besides the blocks. A trouble is also the first cause of being out of sync. */
function reasonsOf({ blockedBy, sync, health, source, deployed }: AppStatus): readonly string[] {
  const causes = sync.state === 'out-of-sync' ? sync.causes : sync.state === 'unknown' ? [sync.because] : [];
  const details = blockedBy.map(({ detail }) => detail);
  const told = [
    ...(source.state === 'fetched' || (deployed !== undefined && source.state === 'stale') ? [] : [source.detail]),
    ...causes.filter((cause) => !(deployed === undefined && cause === 'never deployed')),
  ].filter((reason) => !details.some((detail) => detail.includes(reason)));
  const unsaid = health.services.filter(
    ({ service, health: state }) =>
      state !== 'healthy' && ![...details, ...told].some((reason) => isAbout(reason, service)),
  );
  return [
    ...new Set([...told, ...unsaid.map(({ service, found, health: state }) => `${service}: ${state}, ${found}`)]),
  ];
}

/** Whether a reason, or one of several in it, is about the service. */
const isAbout = (reason: string, service: string): boolean =>
  reason.startsWith(`${service}: `) || reason.includes(`; ${service}: `);

function daemonLines({ daemon }: HostStatus, now: Date): readonly Line[] {
  if (daemon !== undefined) return [[dim(`Daemon: pid ${daemon.pid}, started ${when(daemon.since, now)}.`)]];
  return [
    [warn('No daemon runs here:'), ' Git is not looked at, and nothing heals by itself.'],
    ...nextStep('harbormaster run'),
  ];
}
