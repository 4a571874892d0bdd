import type { EntryOf } from '../model/entry.ts';
import type { RemovalPolicy } from '../model/removal.ts';
import { because, byWhom } from './by-whom.ts';
import { removalWords } from './removal.ts';
import { inWords } from './windows.ts';

type OfDeparture = EntryOf<'removal-set' | 'left' | 'returned' | 'renamed' | 'removal-approved'>;

/** What an entry says that is about leaving the configuration or staying in it under another name, in one sentence. */
export function sentenceOfDeparture(entry: OfDeparture): string {
  switch (entry.kind) {
    case 'removal-set':
      return `what becomes of it when it leaves the configuration: ${policyText(entry.removal)}`;
    case 'left':
      return `left the configuration: at ${entry.until.slice(0, 19).replace('T', ' ')} UTC it is ${removalWords[entry.removal.onRemove]}`;
    case 'returned':
      return 'is in the configuration again';
    case 'renamed':
      return `renamed: it was called ${entry.from} before, and keeps everything that was of ${entry.from}`;
    case 'removal-approved':
      return `removal of ${entry.apps.join(', ')} approved${byWhom(entry.trigger)}${because(entry.reason)}`;
    default:
      return entry satisfies never;
  }
}

/** `it is stopped and removed, an hour after that`. */
const policyText = ({ onRemove, grace, dependsOn }: RemovalPolicy): string =>
  [
    `it is ${removalWords[onRemove]}`,
    ...(grace > 0 ? [`${inWords(grace)} after that`] : []),
    ...(dependsOn.length > 0 ? [`before ${dependsOn.join(', ')}`] : []),
  ].join(', ');
