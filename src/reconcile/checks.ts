import { nearest } from '../core/nearest.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { CheckConfig } from '../model/check.ts';
import type { Check } from '../ports.ts';
import type { Parts } from './parts.ts';

/** A check of an app, as plans and the log call it. */
export interface AppCheck extends Pick<Check, 'title' | 'runs' | 'asks' | 'attempt'> {
  readonly config: CheckConfig;
}

export const checksOf = (
  { checks }: App,
  { checks: kinds, redact }: Pick<Parts, 'checks' | 'redact'>,
): readonly AppCheck[] =>
  checks.map((config) => {
    const kind = kinds.find(({ type }) => type === config.type);
    if (kind === undefined) throw new HarborError(`there is no check of the type "${config.type}"`, { code: 'bug' });
    const { title, runs, asks, attempt } = kind.make(config.options);
    return { title: redact(config.name ?? title), runs, asks, attempt, config };
  });

/** Services of the app that only hooks and checks run. */
export function jobNames(app: App, parts: Pick<Parts, 'checks' | 'redact'>): readonly string[] {
  const hooks = app.hooks.map(({ service }) => service);
  const checks = checksOf(app, parts).flatMap(({ runs }) => runs ?? []);
  return [...new Set([...hooks, ...checks])].sort();
}

/** A check that can never pass is told before anything is touched. Throws `compose-invalid`. */
export function assertAskable(
  { name: app }: App,
  checks: readonly AppCheck[],
  services: readonly { readonly name: string }[],
): void {
  const names = services.map(({ name }) => name);
  const check = checks.find(({ asks }) => asks !== undefined && !names.includes(asks));
  if (check?.asks === undefined) return;
  const meant = nearest(check.asks, names);
  const guess = meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${meant}"?`;
  throw new HarborError(
    `the check "${check.title}" of ${app} needs a container of ${check.asks}, which is not among the services that are deployed`,
    {
      code: 'compose-invalid',
      hint: `Declare it in the compose files, or correct apps.${app}.checks in harbormaster.yml. ${guess}`,
    },
  );
}
