import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';

export interface Selection {
  readonly apps: readonly App[];
  /** Names that only leftovers have. */
  readonly gone: readonly string[];
}

/** The named apps, or all; a name that only a leftover has is one that left the configuration. Throws `app-unknown`. */
export function select(config: HostConfig, names: readonly string[], leftovers: readonly string[]): Selection {
  if (names.length === 0) return { apps: config.apps, gone: [] };
  const apps = config.apps.filter(({ name }) => names.includes(name));
  const gone = names.filter((name) => leftovers.includes(name));
  const unknown = names.find((name) => !apps.some((app) => app.name === name) && !gone.includes(name));
  if (unknown === undefined) return { apps, gone };
  const isDisabled = config.declared.includes(unknown);
  throw new HarborError(isDisabled ? `the app ${unknown} is disabled` : `there is no app ${unknown}`, {
    code: 'app-unknown',
    hint: isDisabled
      ? `Set apps.${unknown}.enabled: true in ${config.file}.`
      : `Apps of this host: ${config.declared.join(', ') || 'none'}`,
  });
}

/** The one app of this name. Throws `app-unknown`. */
export function selectOne(config: HostConfig, name: string): App {
  const [app] = select(config, [name], []).apps;
  if (app) return app;
  throw new HarborError(`there is no app ${name}`, { code: 'app-unknown' });
}
