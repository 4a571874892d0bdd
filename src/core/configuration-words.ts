import { faultOf } from '../errors.ts';
import type { ConfigurationOrigin } from '../model/configuration.ts';
import type { EntryOf } from '../model/entry.ts';

/** `/etc/harbormaster/harbormaster.yml`, or `https://git.example.org/ops/hosts.git at 8f3c1d0e5b (harbormaster.yml)`. */
export function originText({ file, revision, path }: ConfigurationOrigin): string {
  const shared =
    revision && `${revision.repository} at ${revision.commit.slice(0, 10)}${path === undefined ? '' : ` (${path})`}`;
  return [shared, file].filter((part) => part !== undefined).join(' and ');
}

/** What became another, by name. */
export function configuredSentence(entry: EntryOf<'configured'>): string {
  const what = [
    ...listed('added', entry.added),
    ...listed('removed', entry.removed),
    ...listed('changed', entry.changed),
    ...listed('set anew', entry.keys),
  ];
  const change = what.length === 0 ? 'in force again, and as it was' : what.join('; ');
  return `configured from ${originText(entry)}: ${change}`;
}

const mostNames = 8;

const listed = (word: string, names: readonly string[]): readonly string[] => {
  if (names.length === 0) return [];
  const more = names.length - mostNames;
  return [`${word} ${names.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
};

export function configurationFailedSentence({ troubles }: EntryOf<'configuration-failed'>): string {
  const told = troubles.map(
    ({ of, code, message }) => `${of} ${faultOf(code) === 'world' ? 'not found out' : 'refused'}: ${message}`,
  );
  return `${told.join('; ')}; what was in force stays so`;
}
