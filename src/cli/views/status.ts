import type { AppStatus, HealthState, HostStatus, SyncState } from '../../model/report.ts';
import { bad, dim, good, type Line, nextStep, paragraph, type Span, spansOf, strong, warn } from '../line.ts';
import { moment, when } from '../moment.ts';
import { table } from '../table.ts';
import { share, tally } from './count.ts';
import { shortCommit } from './revision.ts';

/** The host in one sentence, every app in one line, then each trouble with its reason and what lifts it. */
export function statusView(status: HostStatus, now: Date): readonly Line[] {
  const { host, apps } = status;
  if (apps.length === 0)
    return [
      [strong(host), ': no app is declared for this host.'],
      ...nextStep('Add one under `apps:` in the configuration.'),
    ];
  return [
    hostSentence(status),
    '',
    ...table(
      ['APP', 'SOURCE', 'SYNC', 'HEALTH', 'LAST DEPLOYMENT'],
      apps.map((app) => appRow(app, now)),
    ),
    ...apps.flatMap((app) => troubleLines(app, now)),
    '',
    ...daemonLines(status, now),
  ];
}

/** What one says of an app in a word; undefined: it matches Git and is healthy. */
type Condition = readonly [one: string, many: string];

function conditionOf({ operation, blockedBy, health, sync, deployed }: AppStatus): Condition | undefined {
  if (operation !== undefined) return ['is being worked on', 'are being worked on'];
  if (blockedBy.some(({ code }) => code === 'blocked')) return ['is blocked', 'are blocked'];
  if (blockedBy.length > 0) return ['failed', 'failed'];
  if (deployed === undefined) return ['was never deployed', 'were never deployed'];
  if (health.state !== 'healthy') return unwell[health.state];
  if (sync.state === 'out-of-sync') return ['is out of sync', 'are out of sync'];
  return sync.state === 'unknown' ? ['is unknown', 'are unknown'] : undefined;
}

const unwell: Readonly<Record<Exclude<HealthState, 'healthy'>, Condition>> = {
  progressing: ['is starting', 'are starting'],
  degraded: ['is degraded', 'are degraded'],
  missing: ['is missing', 'are missing'],
  suspended: ['is paused', 'are paused'],
};

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
  state === 'failed' ? bad(state) : state === 'stale' ? warn(state) : state;

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
  const reasons = reasonsOf(app);
  const lifts = [
    ...new Set(app.blockedBy.map(({ code, lift }) => (code === 'blocked' ? `to lift it: ${lift}` : lift))),
  ];
  const elsewhere = lifts.length === 0 && app.operation === undefined ? [`harbormaster log --app ${app.app}`] : [];
  return [
    '',
    [strong(app.app), ' ', ...spansOf(headline(app, condition, now))],
    ...reasons.flatMap((reason) => paragraph(reason, 2)),
    ...[...lifts, ...elsewhere].flatMap((lift) => nextStep(lift, 2)),
  ];
}

function headline({ blockedBy, operation }: AppStatus, [condition]: Condition, now: Date): Line {
  if (operation !== undefined) return [warn(`${condition} now: `), operation];
  const [block] = blockedBy;
  if (block === undefined) return [bad(condition)];
  const until = block.until === undefined ? '' : `, until ${moment(block.until)}`;
  return [bad(condition), `, since ${when(block.since, now)}${until}`];
}

/** Each reason once: a trouble is also the first cause of being out of sync. */
function reasonsOf({ blockedBy, sync, health, source, deployed }: AppStatus): readonly string[] {
  const causes = sync.state === 'out-of-sync' ? sync.causes : sync.state === 'unknown' ? [sync.because] : [];
  const services = health.services.filter((service) => service.health !== 'healthy');
  const told = [
    ...blockedBy.map(({ detail }) => detail),
    ...(source.state === 'fetched' || (deployed !== undefined && source.state === 'stale') ? [] : [source.detail]),
    ...causes.filter((cause) => !(deployed === undefined && cause === 'never deployed')),
  ];
  const unsaid = services.filter(({ service }) => !told.some((reason) => reason.startsWith(`${service}: `)));
  return [
    ...new Set([...told, ...unsaid.map(({ service, found, health: state }) => `${service}: ${state}, ${found}`)]),
  ];
}

function daemonLines({ daemon }: HostStatus, now: Date): readonly Line[] {
  if (daemon !== undefined) return [[dim(`Daemon: pid ${daemon.pid}, started ${when(daemon.since, now)}.`)]];
  return [
    [warn('No daemon runs here:'), ' Git is not looked at, and nothing heals by itself.'],
    ...nextStep('harbormaster run'),
  ];
}
