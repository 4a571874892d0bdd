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
  throw notHere(unknown, config);
}

function notHere(name: string, { declared, elsewhere, host, file }: HostConfig): HarborError {
  if (declared.includes(name))
    return unknownApp(`the app ${name} is disabled`, `Set apps.${name}.enabled: true in ${file}.`);
  const hosts = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined;
  if (hosts !== undefined)
    return unknownApp(
      `the app ${name} is for other hosts than ${host}: ${hosts.join(', ')}`,
      `Add this host to apps.${name}.hosts, or ask there.`,
    );
  return unknownApp(`there is no app ${name}`, `Apps of this host: ${declared.join(', ') || 'none'}`);
}

const unknownApp = (message: string, hint: string): HarborError =>
  new HarborError(message, { code: 'app-unknown', hint });

/** The one app of this name. Throws `app-unknown`. */
export function selectOne(config: HostConfig, name: string): App {
  const [app] = select(config, [name], []).apps;
  if (app) return app;
  throw new HarborError(`there is no app ${name}`, { code: 'app-unknown' });
}
