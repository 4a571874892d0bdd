import type { Entry } from '../model/entry.ts';

/** Every kind of entry that there is, with what it tells. */
export const entryKinds: Readonly<Record<Entry['kind'], string>> = {
  started: 'an operation begins: what was asked for, by whom, and the whole plan',
  step: 'a step of an operation begins',
  'hook-begun': 'the container of a hook is made, and starts',
  'hook-ended': 'how a hook ended',
  finished: 'how an operation ended, and what runs afterwards',
  refused: 'an attempt that ended before anything was touched',
  recovered: 'a trouble is over without an operation',
  drifted: 'what runs left the deployed release, and is left so',
  stale: 'an app was not compared with Git for too long',
  objected: 'the policy denies something of what runs, which goes on',
  held: 'an app is pinned to what is deployed',
  released: 'a hold is over',
  suspended: 'nothing acts on an app, or on the host',
  resumed: 'a suspension is over',
  retried: 'a person lets be tried again what was found bad',
  'history-accepted': 'a person lets a revision through that does not follow what is deployed',
  approved: 'a person agrees to a plan',
  rejected: 'a person turns a plan down',
  'removal-set': 'what becomes of an app that leaves the configuration changed',
  left: 'an app left the configuration, and is removed when its time is over',
  returned: 'an app that left the configuration is in it again',
  renamed: 'an app has another name, and keeps what it had under the old one',
  'removal-approved': 'a person agrees that these apps are removed',
  adopted: 'containers that somebody else started are taken over',
  forgotten: 'an app is let go of, and nothing is touched',
  'token-created': 'somebody may ask over the network from now on',
  'token-revoked': 'and no longer',
  configured: 'another configuration is in force',
  'configuration-failed': 'the newest configuration cannot be used',
  opened: 'a file of the log begins, with what was known then',
  repaired: 'bytes of a torn write are covered',
  'key-changed': 'checkpoints are signed with another key',
  pruned: 'files of the log leave by policy',
  'damage-accepted': 'a person lets the log go on although a part of it is damaged',
  contradicted: 'a witness holds a checkpoint that the log contradicts',
};

/** In the order of the table. */
export const kindsOfEntries: readonly Entry['kind'][] = Object.keys(entryKinds).filter(isKind);

export function isKind(kind: string): kind is Entry['kind'] {
  return Object.hasOwn(entryKinds, kind);
}
