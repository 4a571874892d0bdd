import { faultOf } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type {
  ConfigurationDigests,
  ConfigurationRecord,
  ConfigurationSource,
  ConfigurationTrouble,
  Discovery,
  Following,
} from '../model/configuration.ts';
import type { EntryOf } from '../model/entry.ts';
import { canonical, hmac, sha256 } from './digest.ts';

/** How many digits tell one app's settings from what they were. */
const digits = 16;

/** The digests as they may be written down: they cover secrets, so they are keyed. */
export const keyedDigests = ({ apps, settings }: ConfigurationDigests, key: Uint8Array): ConfigurationDigests => ({
  apps: keyed(apps, key),
  settings: keyed(settings, key),
});

const keyed = (digests: Readonly<Record<string, string>>, key: Uint8Array): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(digests)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, digest]) => [name, hmac(key, `${name}\n${digest}`).slice(0, digits)]),
  );

/** The ref that the configuration comes from, as something that is followed. */
export const followingOf = ({ repository, ref, interval }: ConfigurationSource): Following => ({
  name: ' configuration',
  repository,
  ref,
  interval,
});

/** Every ref that a configuration hangs on. */
export const followingsOf = (config: Pick<HostConfig, 'source' | 'discoveries'> | undefined): readonly Following[] => [
  ...(config?.source === undefined ? [] : [followingOf(config.source)]),
  ...(config?.discoveries ?? []).map(discoveryFollowing),
];

export const discoveryFollowing = (discovery: Discovery): Following => ({
  name: ` discover ${discoveryName(discovery)}`,
  repository: discovery.repository,
  ref: discovery.ref,
  interval: discovery.interval,
});

/** By what it finds, wherever it stands: looked for elsewhere, or otherwise, it is another one. */
export const discoveryName = ({ repository, ref, search }: Discovery): string =>
  canonical([repository.url, ref.kind, ref.name, search.patterns, search.exclude]);

/** Where it comes from, as one text: with another ref or path it is another configuration. */
export const sourceName = (source: ConfigurationSource | undefined): string | undefined =>
  source && `${source.repository.url} ${source.ref.name} ${source.path}`;

/** Whether there is anything to do, or to tell, because of another configuration. */
export const saysOtherwise = (
  before: Pick<HostConfig, 'fingerprint' | 'troubles'>,
  after: Pick<HostConfig, 'fingerprint' | 'troubles'>,
): boolean =>
  before.fingerprint !== after.fingerprint || troubleSignature(before.troubles) !== troubleSignature(after.troubles);

/** Names of what differs; never what it says. */
export interface ConfigurationDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Keys of the host's own settings, whatever became of them. */
  readonly settings: readonly string[];
}

export function differenceOf(
  before: ConfigurationDigests | undefined,
  after: ConfigurationDigests,
): ConfigurationDifference {
  const [was, is] = [names(before?.apps), names(after.apps)];
  const differs = (key: string): boolean => before?.settings[key] !== after.settings[key];
  return {
    added: is.filter((name) => !was.includes(name)),
    removed: was.filter((name) => !is.includes(name)),
    changed: is.filter((name) => was.includes(name) && before?.apps[name] !== after.apps[name]),
    settings:
      before === undefined ? [] : [...new Set([...names(before.settings), ...names(after.settings)])].filter(differs),
  };
}

const names = (record: Readonly<Record<string, string>> | undefined): readonly string[] => Object.keys(record ?? {});

/** Equal for the same trouble met again: a broken text says where, with its commit; what the world does wrong counts once. */
export const troubleSignature = (troubles: readonly ConfigurationTrouble[]): string =>
  sha256(
    canonical(troubles.map(({ of, code, message }) => [of, code, ...(faultOf(code) === 'world' ? [] : [message])])),
  ).slice(0, digits);

/** What the log knows of the configuration after an entry about it. */
export function configurationAfter(
  before: ConfigurationRecord | undefined,
  entry: EntryOf<'configured' | 'configuration-failed'>,
): ConfigurationRecord | undefined {
  if (entry.kind === 'configured') {
    const { seq, at, digest, apps, settings, file, revision, path, found } = entry;
    const trouble = entry.partial === true ? before?.trouble : undefined;
    return { seq, at, digest, apps, settings, origin: { file, revision, path, found }, ...(trouble && { trouble }) };
  }
  if (before === undefined) return undefined;
  const { seq, at: since, troubles } = entry;
  const message = troubles.map((trouble) => trouble.message).join('; ');
  return { ...before, trouble: { seq, since, signature: entry.signature, message } };
}
