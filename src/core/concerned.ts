import type { HostConfig, WebhookConfig } from '../model/config.ts';
import type { Following } from '../model/configuration.ts';
import { followingsOf } from './configuration.ts';
import { matches } from './glob.ts';
import { isSameRepository } from './same-repository.ts';

/** Whom a hint that a repository changed concerns. */
export interface Concerned {
  /** Names of apps. */
  readonly apps: readonly string[];
  /** What the configuration itself hangs on. */
  readonly followings: readonly Following[];
}

type Configured = Pick<HostConfig, 'apps' | 'source' | 'discoveries'>;

/**
 * The apps that the webhook is for by name; else whoever follows a repository of one of these addresses, as the configuration names it. Upper and lower
 * case are the same, as they are at most forges: an app too many costs one look.
 */
export function concerned(
  config: Configured,
  { apps: patterns }: Pick<WebhookConfig, 'apps'>,
  urls: readonly string[],
): Concerned {
  const isOf = ({ repository }: Pick<Following, 'repository'>): boolean =>
    urls.some((url) => isSameRepository(url.toLowerCase(), repository.url.toLowerCase()));
  const isNamed = (name: string): boolean => patterns.some((pattern) => matches(pattern, name));
  if (patterns.length > 0) return { apps: config.apps.map(({ name }) => name).filter(isNamed), followings: [] };
  return { apps: config.apps.filter(isOf).map(({ name }) => name), followings: followingsOf(config).filter(isOf) };
}
