import { shortRelease } from '../../core/format-entry.ts';
import type { AppStatus, Block, ReleasePointer } from '../../model/report.ts';
import { bad, dim, good, type Line, nextStep, paragraph, spansOf, strong } from '../line.ts';
import { when } from '../moment.ts';
import { remediesOf, sinceText } from './block.ts';
import { conditionOf, worstFirst } from './condition.ts';
import { counted } from './count.ts';
import { shortCommit } from './revision.ts';

/** Why an app is as it is: the five answers, each block with what lifts it, and how far it got. */
export function whyView(app: AppStatus, now: Date): readonly Line[] {
  const condition = conditionOf(app);
  if (condition === undefined && app.source.state === 'fetched' && agree(app)) return [allIsWell(app, now)];
  return [
    condition === undefined
      ? [strong(app.app), ' runs what was deployed, and is healthy.']
      : [strong(app.app), ' ', bad(condition[0]), '.'],
    '',
    ...answers(app),
    ...(app.blockedBy.length === 0 && condition !== undefined && app.operation === undefined
      ? nextStep(`harbormaster plan ${app.app}`, 2)
      : []),
    ...worstFirst(app.blockedBy).flatMap((block) => ['', ...blockLines(block, now)]),
    ...(agree(app) ? [] : ['', [strong('how far it got')], ...pointerLines(app, now)]),
    '',
    [strong('policies')],
    ...policyLines(app),
  ];
}

const allIsWell = ({ app, deployed }: AppStatus, now: Date): Line => [
  good(`All is well with ${app}`),
  `: it runs what Git declares${deployed === undefined ? '' : ` (${pointerText(deployed)}, since ${when(deployed.at, now)})`} and is healthy.`,
];

const labelWidth = 11;
const answer = (label: string, text: string): readonly Line[] =>
  paragraph(text).map((line, index) => [dim(`  ${(index === 0 ? label : '').padEnd(labelWidth)}`), ...spansOf(line)]);

const answers = (app: AppStatus): readonly Line[] => [
  ...answer('source', sourceText(app)),
  ...answer('sync', syncText(app)),
  ...answer('health', healthText(app)),
  ...answer('operation', app.operation === undefined ? 'Nothing is being done now.' : `At work now: ${app.operation}.`),
  ...answer(
    'blocked by',
    app.blockedBy.length === 0 ? 'Nothing.' : `${counted(app.blockedBy.length, 'thing')}, below.`,
  ),
];

const sources: Readonly<Record<AppStatus['source']['state'], string>> = {
  fetched: 'Git was reached',
  stale: 'What is known of Git is old',
  failed: 'Git could not be had',
  unverified: 'Git was reached, and what it has is not let in',
};

const sourceText = ({ source }: AppStatus): string => `${sources[source.state]}: ${source.detail}`;

function syncText({ sync, deployed }: AppStatus): string {
  if (sync.state === 'in-sync') return 'What runs is what was deployed.';
  if (sync.state === 'unknown') return `It is not known whether what runs is right: ${sync.because}`;
  const what = deployed === undefined ? 'Nothing was deployed yet' : 'What runs is not what it should be';
  const causes = sync.causes.filter((cause) => cause !== 'never deployed');
  return causes.length === 0 ? `${what}.` : [`${what}:`, ...causes.map((cause) => `- ${cause}`)].join('\n');
}

function healthText({ health }: AppStatus): string {
  const unwell = health.services.filter((service) => service.health !== 'healthy');
  if (health.services.length === 0) return 'No service of it is known.';
  const all = counted(health.services.length, 'service');
  if (unwell.length === 0) return `Healthy: ${all}.`;
  return [
    `${health.services.length - unwell.length} of ${all} healthy:`,
    ...unwell.map(({ service, health: state, found }) => `- ${service}: ${state}, ${found}`),
  ].join('\n');
}

const blockLines = (block: Block, now: Date): readonly Line[] => [
  [bad(block.code), `, ${sinceText(block, now)}`],
  ...paragraph(block.detail, 2),
  ...remediesOf(block).flatMap((remedy) => nextStep(remedy, 2)),
];

/** Whether what Git asks for, what was tried, what is there and what was healthy are one release. */
function agree({ desired, attempted, applied, deployed }: AppStatus): boolean {
  const releases = [desired?.release, attempted?.release, applied, deployed?.release];
  return new Set(releases.filter((release) => release !== undefined)).size <= 1;
}

const pointerLines = ({ desired, attempted, applied, deployed }: AppStatus, now: Date): readonly Line[] => [
  ...answer('desired', desired === undefined ? 'Not known yet.' : `${pointerText(desired)}: what Git asks for`),
  ...answer(
    'attempted',
    attempted === undefined
      ? 'Nothing yet.'
      : `${pointerText(attempted)}: ${attempted.outcome} ${when(attempted.at, now)}, entry ${attempted.seq}`,
  ),
  ...answer(
    'applied',
    applied === undefined
      ? 'Nothing.'
      : `${pointerText({ release: applied, commit: undefined })}: whose containers are there`,
  ),
  ...answer(
    'deployed',
    deployed === undefined
      ? 'Nothing yet.'
      : `${pointerText(deployed)}: the last that was healthy, since ${when(deployed.at, now)}, entry ${deployed.seq}`,
  ),
];

function pointerText({ release, commit }: ReleasePointer): string {
  const of = commit === undefined ? '' : `commit ${shortCommit(commit)}`;
  if (release === undefined) return of === '' ? 'no release' : `${of}, no release yet`;
  return `release ${shortRelease(release)}${of === '' ? '' : ` of ${of}`}`;
}

const deployTexts = {
  auto: 'auto: a new release is deployed by itself',
  manual: 'manual: a new release waits until a person deploys it',
} as const;
const driftTexts = {
  ignore: 'ignore: containers that left the deployed release are left alone',
  report: 'report: containers that left the deployed release are reported, not touched',
  correct: 'correct: containers that left the deployed release are brought back',
} as const;
const failureTexts = {
  rollback: 'rollback: when a release fails, the deployed one comes back',
  hold: 'hold: when a release fails, the app is held until a person releases it',
  leave: 'leave: when a release fails, it is left as it is',
} as const;

const policyLines = ({ policies }: AppStatus): readonly Line[] => [
  ...answer('deploy', deployTexts[policies.deploy]),
  ...answer('drift', driftTexts[policies.drift]),
  ...answer('on_failure', failureTexts[policies.onFailure]),
];
