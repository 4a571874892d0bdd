import { differenceOf, keyedDigests, troubleSignature } from '../core/configuration.ts';
import { configurationDigest } from '../core/digest.ts';
import type { HostConfig } from '../model/config.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';

/** Writes down under which configuration everything that follows is done, where the log does not know it yet; and why not under a newer one. */
export type NoteConfiguration = (trigger: Trigger) => Promise<void>;

type Noting = Pick<Parts, 'key'> & { readonly journal: Journal };

export function createNoteConfiguration(config: () => HostConfig, context: Noting): NoteConfiguration {
  let noted: HostConfig | undefined;
  return async (trigger) => {
    const now = config();
    if (now === noted) return;
    await note(now, causeOf(trigger), context);
    noted = now;
  };
}

async function note(config: HostConfig, trigger: Trigger, { journal, key }: Noting): Promise<void> {
  const { troubles, origin } = config;
  const digests = keyedDigests(config.digests, key);
  const digest = configurationDigest(key, config);
  const known = journal.all().configuration;
  const isPartial = troubles.length > 0;
  if (known?.digest !== digest || (known.trouble !== undefined && !isPartial)) {
    const { settings: keys, ...apps } = differenceOf(known, digests);
    const partial = isPartial ? { partial: true as const } : {};
    await journal.record({ kind: 'configured', trigger, ...origin, ...digests, digest, ...apps, keys, ...partial });
  }
  const signature = troubleSignature(troubles);
  if (isPartial && journal.all().configuration?.trouble?.signature !== signature)
    await journal.record({ kind: 'configuration-failed', trigger, troubles, signature });
}

/** Whatever pass comes first: it is the change that made it known. */
const causeOf = (trigger: Trigger): Trigger =>
  trigger.kind === 'start' || trigger.kind === 'request' ? trigger : { kind: 'file-change' };
