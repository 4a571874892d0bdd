import { kindsOfEntries } from '../core/entry-kinds.ts';
import { parseMoment } from '../core/log-query.ts';
import { HarborError } from '../errors.ts';
import type { LogQuery } from '../model/log-query.ts';
import { choices, flag, list, text, type VerbOption } from './option.ts';
import type { Call } from './verb.ts';

export const since = text('since', 'when', 'only from then on: 30m, 2h, 3d, 2026-01-31, 2026-01-31T14:00Z');
export const until = text('until', 'when', 'only up to then');

/** What entries can be picked by. */
export const filters = {
  app: list('app', 'app', 'only this app (as often as you like)'),
  service: list('service', 'service', 'only what touched this service, or speaks of it (as often as you like)'),
  revision: text('revision', 'commit', 'only this commit, by its first digits, or this branch or tag'),
  author: text('author', 'text', 'only commits of this author: part of name or e-mail address'),
  actor: text(
    'actor',
    'who',
    'only what he, she or it asked for: a user, token:NAME, webhook:FORGE, or user, token, webhook, schedule, engine, file, start',
  ),
  outcome: choices('outcome', 'outcome', 'only attempts that ended so', [
    'applied',
    'unchanged',
    'failed',
    'blocked',
    'interrupted',
    'superseded',
  ]),
  kind: choices('kind', 'kind', 'only entries of this kind', kindsOfEntries),
  since,
  until,
  steps: flag('steps', 'also each step as it began (with --format json and csv always)'),
} as const;

/** Throws `usage` for what cannot be meant. */
export function queryOf(call: Call, isForPrograms: boolean): LogQuery {
  const outcomes = call.option(filters.outcome);
  const kinds = call.option(filters.kind);
  return {
    apps: allFilled(filters.app, call),
    services: allFilled(filters.service, call),
    revision: filled(filters.revision, call),
    author: filled(filters.author, call),
    actor: filled(filters.actor, call),
    ...spanOf(call),
    ...(outcomes.length > 0 && { outcomes }),
    ...(kinds.length > 0 && { kinds }),
    steps: isForPrograms || call.option(filters.steps),
  };
}

/** Throws `usage` for a time that is none, and for an end before the beginning. */
export function spanOf(call: Call): { readonly since: Date | undefined; readonly until: Date | undefined } {
  const span = { since: momentOf(since, call), until: momentOf(until, call) };
  if (span.since === undefined || span.until === undefined || span.since <= span.until) return span;
  throw new HarborError('--since is later than --until: nothing can be between them', {
    code: 'usage',
    hint: `--since is ${span.since.toISOString()}, --until ${span.until.toISOString()}.`,
  });
}

/** Throws `usage`. */
export function momentOf(option: VerbOption<string | undefined>, call: Call): Date | undefined {
  const given = call.option(option);
  if (given === undefined) return undefined;
  const moment = parseMoment(given, call.now());
  if (moment !== undefined) return moment;
  throw new HarborError(`--${option.name} does not understand '${given}'`, {
    code: 'usage',
    hint: 'Write how long ago (30m, 2h, 3d, 1w) or when (2026-01-31, 2026-01-31T14:00Z).',
  });
}

function filled(option: VerbOption<string | undefined>, call: Call): string | undefined {
  const given = call.option(option);
  if (given?.trim() === '') throw empty(option.name);
  return given;
}

function allFilled(option: VerbOption<readonly string[]>, call: Call): readonly string[] {
  const given = call.option(option);
  if (given.some((each) => each.trim() === '')) throw empty(option.name);
  return given;
}

const empty = (name: string): HarborError =>
  new HarborError(`--${name} is empty: nothing is like that`, {
    code: 'usage',
    hint: `Leave --${name} out, or say which.`,
  });
