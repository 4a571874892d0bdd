import type { Entry, EntryOf } from '../model/entry.ts';
import type { HookEnd } from '../model/hook.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Claim, Purpose } from '../model/service-record.ts';
import type { Trigger } from '../model/trigger.ts';
import { people, shortPlan } from './approval.ts';
import { because, byWhom } from './by-whom.ts';
import { configurationFailedSentence, configuredSentence } from './configuration-words.ts';
import { sentenceOfDeparture } from './format-departure.ts';
import { sentenceOfTheLog } from './format-log-entry.ts';
import { sentence } from './format-plan.ts';
import { sentenceOfWhatRuns } from './format-running.ts';
import { scopeText } from './tokens.ts';
import { untilText } from './until.ts';

/** What an entry says, in one sentence without the app's name. */
export function sentenceOf(entry: Entry): string {
  switch (entry.kind) {
    case 'opened':
      return `the log was opened by Harbormaster ${entry.version}`;
    case 'started':
      return `started: ${counted(entry.steps.length, 'step')}${aim(entry)}`;
    case 'step':
      return `step: ${entry.title}`;
    case 'hook-begun':
      return `the hook ${entry.service} (${entry.moment}) begins`;
    case 'hook-ended':
      return `the hook ${entry.service} (${entry.moment}) ${hookEndText(entry.end)}`;
    case 'finished':
      return finishedSentence(entry);
    case 'refused':
      return outcomeSentence(entry.outcome);
    case 'recovered':
    case 'drifted':
    case 'objected':
    case 'stale':
      return sentenceOfWhatRuns(entry);
    case 'held':
      return `held at ${entry.release === undefined ? 'nothing deployed' : shortRelease(entry.release)}${byWhom(entry.trigger)}: ${entry.reason}`;
    case 'released':
      return `released from its hold${byWhom(entry.trigger)}${because(entry.reason)}`;
    case 'suspended':
      return `${ofWhat(entry)}suspended${byWhom(entry.trigger)} ${untilText(entry.until)}: ${entry.reason}`;
    case 'resumed':
      return `${ofWhat(entry)}resumed${byWhom(entry.trigger)}${because(entry.reason)}`;
    case 'retried':
      return `retry${entry.release === undefined ? '' : ` of release ${shortRelease(entry.release)}`} asked for${byWhom(entry.trigger)}`;
    case 'history-accepted':
      return `another history accepted${byWhom(entry.trigger)}: from commit ${entry.from} to ${entry.to}${because(entry.reason)}`;
    case 'approved':
    case 'rejected':
      return `${entry.kind}${byWhom(entry.trigger)}: plan ${shortPlan(entry.plan)} to release ${shortRelease(entry.release)}${because(entry.reason)}`;
    case 'removal-set':
    case 'left':
    case 'returned':
    case 'renamed':
    case 'removal-approved':
      return sentenceOfDeparture(entry);
    case 'adopted':
      return `taken over${byWhom(entry.trigger)}: ${claimsText(entry)} of the project ${entry.project}${because(entry.reason)}`;
    case 'forgotten':
      return `forgotten${byWhom(entry.trigger)}: ${claimsText(entry)} stay, and are no longer ours${because(entry.reason)}`;
    case 'token-created':
    case 'token-revoked':
      return sentenceOfToken(entry);
    case 'configured':
    case 'configuration-failed':
      return entry.kind === 'configured' ? configuredSentence(entry) : configurationFailedSentence(entry);
    case 'repaired':
      return `repaired: ${entry.length} bytes of a torn write are covered`;
    case 'key-changed':
    case 'pruned':
    case 'damage-accepted':
    case 'contradicted':
      return sentenceOfTheLog(entry);
    default:
      return entry satisfies never;
  }
}

const sentenceOfToken = (entry: EntryOf<'token-created' | 'token-revoked'>): string =>
  entry.kind === 'token-created'
    ? `the token ${entry.name} was made${byWhom(entry.trigger)}: ${entry.role}, for ${scopeText(entry)}${lasting(entry)}`
    : `the token ${entry.name} was revoked${byWhom(entry.trigger)}${because(entry.reason)}`;

/** How it ended with what it did and how long it took, and below that what a container or tool wrote. */
function finishedSentence(entry: EntryOf<'finished'>): string {
  const [first = '', ...output] = ending(entry).split('\n');
  return [`${first}${touched(entry)}${took(entry)}`, ...output].join('\n');
}

/** `passed in 1.2 s`, `failed: it ended with exit code 3`. */
export function hookEndText({ result, because, duration }: HookEnd): string {
  const why = because === undefined ? '' : `: ${result === 'failed' ? 'it ' : ''}${because}`;
  if (result === 'passed') return `passed${duration === undefined ? '' : ` in ${(duration / 1000).toFixed(1)} s`}`;
  return result === 'unstarted' ? 'was made, and never ran' : `${result === 'lost' ? 'is lost' : result}${why}`;
}

/** As many digits of a release digest as a person compares, and as `rollback --to` takes. */
export const shortRelease = (digest: string): string => digest.slice(0, 12);

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function aim({ purpose, release, reason, hold, consent, overridden, unordered, trigger }: EntryOf<'started'>): string {
  const there = release === undefined ? '' : ` ${shortRelease(release)}`;
  const aims: Readonly<Record<Purpose, string>> = {
    deploy: '',
    heal: ' to heal what runs',
    restore: ` to restore release${there}`,
    rollback: ` to roll back to${there}${hold ? ' and hold it there' : ''}`,
    adopt: ' to adopt what runs',
    remove: ' to remove the app',
  };
  const approved = consent === undefined ? '' : `, approved by ${people(consent.approvals)}`;
  const said = reason === undefined ? '' : `, because "${reason}"`;
  return `${aims[purpose]}${approved}${past(overridden, trigger)}${unwaited(unordered, trigger)}${said}`;
}

const past = (windows: readonly string[] | undefined, trigger: Trigger): string =>
  windows === undefined ? '' : `, ${overriddenText(windows)}${byWhom(trigger)}`;

const unwaited = (apps: readonly string[] | undefined, trigger: Trigger): string =>
  apps === undefined ? '' : `, ${unorderedText(apps)}${byWhom(trigger)}`;

/** `without waiting for db, as was asked for` */
export const unorderedText = (apps: readonly string[]): string =>
  `without waiting for ${apps.join(', ')}, as was asked for`;

/** `past the window "night", which was overridden` */
export const overriddenText = (windows: readonly string[]): string =>
  `past the window ${windows.map((name) => `"${name}"`).join(', ')}, which was overridden`;

/** How an operation ended, by what it was for. */
export function ending({ outcome, purpose, release, services }: EntryOf<'finished'>): string {
  const there = release === undefined ? '' : ` ${shortRelease(release)}`;
  const words: Readonly<Record<Purpose, readonly [done: string, attempt: string]>> = {
    deploy: ['applied', ''],
    heal: ['healed', 'heal '],
    restore: [`restored release${there}`, `restoring release${there} `],
    rollback: [`rolled back to${there}`, `rollback to${there} `],
    adopt: ['adopted', 'adoption '],
    remove: [services.some(({ change }) => change === 'stop') ? 'left stopped' : 'removed', 'removal '],
  };
  const [done, attempt] = words[purpose];
  return outcome.kind === 'applied' ? done : `${attempt}${outcomeSentence(outcome)}`;
}

export function outcomeSentence(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'unchanged':
      return 'unchanged';
    case 'applied':
      return 'applied';
    case 'blocked':
      return `blocked: ${outcome.reasons.map(({ reason }) => reason).join('; ')}`;
    case 'failed':
      return `failed${outcome.step === undefined ? '' : ` at "${outcome.step}"`}: ${outcome.message}`;
    case 'interrupted':
      return `interrupted${before(outcome.step)}`;
    case 'superseded':
      return `superseded by release ${shortRelease(outcome.by)}${before(outcome.step)}`;
    default:
      return outcome satisfies never;
  }
}

const before = (step: string | undefined): string => (step === undefined ? '' : ` before "${step}"`);

const ofWhat = ({ of }: EntryOf<'suspended' | 'resumed'>): string => (of === 'host' ? 'the whole host ' : '');

const lasting = ({ expires }: EntryOf<'token-created'>): string =>
  expires === undefined ? '' : `, until ${expires.slice(0, 16).replace('T', ' ')} UTC`;

/** `2 containers and 1 network`. */
export const claimsText = ({
  containers,
  networks,
}: {
  containers: readonly Claim[];
  networks: readonly Claim[];
}): string =>
  networks.length === 0
    ? counted(containers.length, 'container')
    : `${counted(containers.length, 'container')} and ${counted(networks.length, 'network')}`;

function touched({ services }: EntryOf<'finished'>): string {
  const changed = services
    .filter(({ change }) => change !== 'none')
    .map(({ service, change }) => `${change} ${service}`);
  return changed.length === 0 ? '' : ` (${changed.join(', ')})`;
}

function took({ outcome, duration }: EntryOf<'finished'>): string {
  const seconds = `${(duration / 1000).toFixed(1)} s`;
  return outcome.kind === 'applied' ? ` in ${seconds}` : ` (after ${seconds})`;
}

/** The causes of an intent, one a service. */
export const causesOf = (entry: EntryOf<'started'>): readonly string[] =>
  entry.steps.flatMap((step) =>
    'services' in step && step.kind !== 'pull' && step.kind !== 'await'
      ? step.services.map(({ service, cause }) => `${service}: ${sentence(cause)}`)
      : [],
  );
