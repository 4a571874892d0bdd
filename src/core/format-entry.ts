import type { Entry } from '../model/entry.ts';
import type { Outcome } from '../model/outcome.ts';
import { sentence } from './format-plan.ts';

/** What an entry says, in one sentence without the app's name. */
export function sentenceOf(entry: Entry): string {
  switch (entry.kind) {
    case 'opened':
      return `the log was opened by Harbormaster ${entry.version}`;
    case 'started':
      return `started: ${entry.steps.length} step${entry.steps.length === 1 ? '' : 's'}${purpose(entry)}`;
    case 'finished':
      return `${ending(entry)}${touched(entry)}${took(entry)}`;
    case 'refused':
      return outcomeSentence(entry.outcome);
    case 'recovered':
      return `recovered: it is what Git declares again (the trouble was entry ${entry.after})`;
    case 'repaired':
      return `repaired: ${entry.length} bytes of a torn write are covered`;
    default:
      return entry satisfies never;
  }
}

function purpose({ release, restores }: Extract<Entry, { kind: 'started' }>): string {
  if (restores) return ' to keep the deployed release';
  return release === undefined ? ' to remove the app' : '';
}

const ending = ({ outcome, restores }: Extract<Entry, { kind: 'finished' }>): string =>
  restores && outcome.kind === 'applied' ? 'restored the deployed release' : outcomeSentence(outcome);

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
      return `interrupted${outcome.step === undefined ? '' : ` before "${outcome.step}"`}`;
    default:
      return outcome satisfies never;
  }
}

function touched({ services }: Extract<Entry, { kind: 'finished' }>): string {
  const changed = services
    .filter(({ change }) => change !== 'none')
    .map(({ service, change }) => `${change} ${service}`);
  return changed.length === 0 ? '' : ` (${changed.join(', ')})`;
}

function took({ outcome, duration }: Extract<Entry, { kind: 'finished' }>): string {
  const seconds = `${(duration / 1000).toFixed(1)} s`;
  return outcome.kind === 'applied' ? ` in ${seconds}` : ` (after ${seconds})`;
}

/** The causes of an intent, one a service. */
export const causesOf = (entry: Extract<Entry, { kind: 'started' }>): readonly string[] =>
  entry.steps.flatMap((step) =>
    'services' in step && step.kind !== 'pull' && step.kind !== 'await'
      ? step.services.map(({ service, cause }) => `${service}: ${sentence(cause)}`)
      : [],
  );
