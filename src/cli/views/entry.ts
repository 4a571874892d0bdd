import { actorOf, actorText } from '../../core/actor.ts';
import {
  ending,
  hookEndText,
  outcomeSentence,
  overriddenText,
  sentenceOf,
  unorderedText,
} from '../../core/format-entry.ts';
import { imageText } from '../../core/format-plan.ts';
import type { Consent } from '../../model/approval.ts';
import type { CheckResult } from '../../model/check.ts';
import type { Entry, EntryOf } from '../../model/entry.ts';
import type { HookEnd } from '../../model/hook.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Claim, ServiceRecord } from '../../model/service-record.ts';
import type { Trigger } from '../../model/trigger.ts';
import { bad, dim, good, type Line, nextStep, paragraph, type Span, spansOf, strong, warn } from '../line.ts';
import { when } from '../moment.ts';
import { revisionFacts } from './audit.ts';
import { fact, labelWidth } from './facts.ts';
import { outcomeStyle } from './log.ts';
import { paintedStep, paintedVerdict } from './plan.ts';

/** What else the log says of the same operation. */
export interface Around {
  /** Of an outcome, or the entry itself. */
  readonly intent: EntryOf<'started'> | undefined;
  readonly steps: readonly EntryOf<'step'>[];
}

/** One entry in full. An outcome is shown with the plan of its intent, both with the steps that were begun. */
export function entryView(entry: Entry, { intent, steps }: Around, now: Date): readonly Line[] {
  return [
    [strong(`Entry ${entry.seq}`), 'app' in entry ? `, ${entry.app}` : '', ':'],
    ...whatLines(entry),
    '',
    ...fact('when', when(entry.at, now)),
    ...fact('host', `${entry.host} (instance ${entry.instance})`),
    ...('trigger' in entry ? fact('trigger', triggerText(entry.trigger)) : []),
    ...(entry.kind === 'finished'
      ? [...fact('intent', `entry ${entry.intent}`), ...fact('took', `${(entry.duration / 1000).toFixed(1)} s`)]
      : []),
    ...('revision' in entry && entry.revision !== undefined ? revisionFacts(entry.revision) : []),
    ...releaseFact(entry),
    ...('plan' in entry ? fact('plan digest', entry.plan) : []),
    ...(intent?.consent === undefined ? [] : consentFacts(intent.consent)),
    ...(intent?.reason === undefined ? [] : fact('reason', intent.reason)),
    ...(intent?.overridden === undefined ? [] : fact('windows', overriddenText(intent.overridden))),
    ...(intent?.unordered === undefined ? [] : fact('order', unorderedText(intent.unordered))),
    ...fact('follows', `the entry with SHA-256 ${entry.prev}`),
    ...section('plan', planOf(entry, intent).flatMap(paintedStep)),
    ...section('gates', verdictsOf(entry, intent).flatMap(paintedVerdict)),
    ...section(
      'steps',
      steps.map((step) => stepLine(step, intent)),
    ),
    ...(entry.kind === 'adopted' || entry.kind === 'forgotten' ? claimSections(entry) : []),
    ...(entry.kind === 'finished' ? ranSections(entry) : []),
    ...(entry.kind === 'hook-ended' ? section('it wrote last', outputLines(entry.end.output, '')) : []),
    ...(entry.kind === 'finished' ? section('services', entry.services.flatMap(serviceLines)) : []),
  ];
}

function releaseFact(entry: Entry): readonly Line[] {
  if (!('release' in entry)) return [];
  if (entry.release !== undefined) return fact('release', entry.release);
  return entry.kind === 'started' || entry.kind === 'finished' ? fact('release', 'none: the app is removed') : [];
}

const consentFacts = ({ plan, approvals }: Consent): readonly Line[] => [
  ...fact('plan digest', plan),
  ...fact('approved by', approvals.map(({ by, seq }) => `${by} (entry ${seq})`).join(', ')),
];

/** `14:03:02  after 1.2 s  replace web`. */
function stepLine({ at, title }: EntryOf<'step'>, intent: EntryOf<'started'> | undefined): Line {
  const after = intent === undefined ? '' : `after ${((Date.parse(at) - Date.parse(intent.at)) / 1000).toFixed(1)} s`;
  return [dim(`  ${at.slice(11, 19)}  ${after.padEnd(labelWidth + 2)}`), title];
}

const claimSections = ({ containers, networks }: EntryOf<'adopted' | 'forgotten'>): readonly Line[] => [
  ...section('containers', containers.map(claimLine)),
  ...section('networks', networks.map(claimLine)),
];

const claimLine = ({ id, name, key, differs }: Claim): Line => [
  `  ${short(id)}  `,
  strong(name),
  `  ${key}${differs === undefined ? '' : `, not as Git declares it: it ${differs}`}`,
];

const section = (title: string, lines: readonly Line[]): readonly Line[] =>
  lines.length === 0 ? [] : ['', [strong(title)], ...lines];

function whatLines(entry: Entry): readonly Line[] {
  if (!('outcome' in entry)) return paragraph(sentenceOf(entry), 2);
  const paint = outcomeStyle(entry.outcome.kind);
  const what = entry.kind === 'finished' ? ending(entry) : outcomeSentence(entry.outcome);
  const [first = '', ...output] = what.split(/\r?\n/);
  return [
    [paint(`  ${first}`)],
    ...output.flatMap((line) => paragraph(line, 4)),
    ...liftsOf(entry.outcome).flatMap((lift) => nextStep(lift, 2)),
  ];
}

function liftsOf(outcome: Outcome): readonly string[] {
  if (outcome.kind === 'blocked')
    return outcome.reasons.flatMap(({ lift }) => (lift === undefined ? [] : `to lift it: ${lift}`));
  return outcome.kind === 'failed' && outcome.hint !== undefined ? [outcome.hint] : [];
}

const triggers: Readonly<Record<Trigger['kind'], string>> = {
  start: 'Harbormaster was started',
  interval: 'the interval was over',
  'file-change': 'the configuration changed',
  'engine-event': 'something happened to a container',
  retry: 'tried again after a failure',
  window: 'a window opened',
  dependency: 'an app that it waits for was passed over',
  request: 'somebody asked for it',
  webhook: 'a forge told of a push',
};

function triggerText(trigger: Trigger): string {
  const actor = actorOf(trigger);
  const isNamed = actor.kind === 'user' || actor.kind === 'token' || actor.kind === 'webhook';
  return `${triggers[trigger.kind]}${isNamed ? ` (${actorText(actor)})` : ''}`;
}

function planOf(entry: Entry, intent: EntryOf<'started'> | undefined) {
  if (entry.kind === 'started') return entry.steps;
  return intent?.steps ?? [];
}

function verdictsOf(entry: Entry, intent: EntryOf<'started'> | undefined) {
  if (entry.kind === 'started' || entry.kind === 'refused') return entry.verdicts;
  return intent?.verdicts ?? [];
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

function serviceLines({ service, change, because, image, containers, completed }: ServiceRecord): readonly Line[] {
  const about = (label: string, text: string): Line => `    ${label.padEnd(labelWidth)}${text}`;
  return [
    [
      '  ',
      strong(service),
      `  ${change === 'none' ? 'not touched' : change}${because === undefined ? '' : `: ${because}`}${completed ? ' (ran to its end)' : ''}`,
    ],
    ...fromTo(image.from, image.to, imageText).map((text) => about('image', text)),
    ...fromTo(listed(containers.before), listed(containers.after), (text) => text).map((text) =>
      about('containers', text),
    ),
  ];
}

/** What hooks and checks came to; what they wrote only where the outcome does not tell it already. */
function ranSections({ hooks = [], checks = [], outcome }: EntryOf<'finished'>): readonly Line[] {
  const told = outcome.kind === 'failed' ? outcome.message : '';
  return [
    ...section(
      'hooks',
      hooks.flatMap(({ service, moment, end, irreversible }) => [
        ['  ', strong(service), `  ${moment}${irreversible ? ', cannot be undone' : ''}: `, paintedEnd(end)],
        ...outputLines(end?.output, told),
      ]),
    ),
    ...section(
      'checks',
      checks.flatMap((check) => [
        ['  ', strong(check.check), '  ', (check.passed ? good : bad)(checkText(check))],
        ...outputLines(check.output, told),
      ]),
    ),
  ];
}

const paintedEnd = (end: HookEnd | undefined): Span =>
  end === undefined ? warn('not ended then') : (end.result === 'passed' ? good : bad)(hookEndText(end));

function checkText({ passed, detail, attempts, advisory }: CheckResult): string {
  const times = attempts === 1 ? '' : `, after ${attempts} attempts`;
  return `${passed ? 'passed' : 'failed'}: ${detail}${times}${advisory ? ' (only to tell)' : ''}`;
}

const outputLines = (output: string | undefined, told: string): readonly Line[] =>
  output === undefined || told.includes(output) ? [] : paragraph(output, 4).map((line) => ['  ', ...spansOf(line)]);

const listed = (ids: readonly string[]): string | undefined =>
  ids.length === 0 ? undefined : ids.map(short).join(' ');

function fromTo(from: string | undefined, to: string | undefined, show: (text: string) => string): readonly string[] {
  if (from === undefined && to === undefined) return [];
  return [
    from === to
      ? show(to ?? '')
      : `${from === undefined ? 'none' : show(from)} → ${to === undefined ? 'none' : show(to)}`,
  ];
}
