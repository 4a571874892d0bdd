import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { CheckConfig } from '../model/check.ts';
import type { Check } from '../ports.ts';
import type { Parts } from './parts.ts';

/** A check of an app, as plans and the log call it. */
export interface AppCheck extends Pick<Check, 'title' | 'runs' | 'attempt'> {
  readonly config: CheckConfig;
}

export const checksOf = (
  { checks }: App,
  { checks: kinds, redact }: Pick<Parts, 'checks' | 'redact'>,
): readonly AppCheck[] =>
  checks.map((config) => {
    const kind = kinds.find(({ type }) => type === config.type);
    if (kind === undefined) throw new HarborError(`there is no check of the type "${config.type}"`, { code: 'bug' });
    const { title, runs, attempt } = kind.make(config.options);
    return { title: redact(config.name ?? title), runs, attempt, config };
  });

/** Services of the app that only hooks and checks run. */
export function jobNames(app: App, parts: Pick<Parts, 'checks' | 'redact'>): readonly string[] {
  const hooks = app.hooks.map(({ service }) => service);
  const checks = checksOf(app, parts).flatMap(({ runs }) => runs ?? []);
  return [...new Set([...hooks, ...checks])].sort();
}
