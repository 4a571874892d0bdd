import type { AppStatus, Block, HealthState } from '../../model/report.ts';

/** What one says of an app in a word; undefined: it matches Git and is healthy. */
export type Condition = readonly [one: string, many: string];

export function conditionOf({ operation, blockedBy, health, sync, deployed }: AppStatus): Condition | undefined {
  if (operation !== undefined) return ['is being worked on', 'are being worked on'];
  const [block] = worstFirst(blockedBy);
  if (block !== undefined) return words[kindOf(block)];
  if (deployed === undefined) return ['was never deployed', 'were never deployed'];
  if (health.state !== 'healthy') return unwell[health.state];
  if (sync.state === 'out-of-sync') return ['is out of sync', 'are out of sync'];
  return sync.state === 'unknown' ? ['is unknown', 'are unknown'] : undefined;
}

/** The first one decides what the app is called. */
export const worstFirst = (blocks: readonly Block[]): readonly Block[] =>
  blocks.toSorted((a, b) => ranking.indexOf(kindOf(a)) - ranking.indexOf(kindOf(b)));

type Kind = 'suspended' | 'failed' | 'blocked' | 'drifted' | 'held' | 'stale' | 'waiting' | 'next';

/** Worst first; what is suspended waits for nothing else, whatever else is wrong. */
const ranking: readonly Kind[] = ['suspended', 'failed', 'blocked', 'drifted', 'stale', 'held', 'waiting', 'next'];

/** Codes of errors, and whatever a newer daemon may say, are failures. */
function kindOf({ code }: Block): Kind {
  if (['denied', 'removal-guard', 'quarantined', 'rejected', 'policy'].includes(code)) return 'blocked';
  if (code === 'held' || code === 'suspended' || code === 'stale') return code;
  if (code === 'manual' || code === 'approval') return 'waiting';
  if (code === 'window' || code === 'waiting-for' || code === 'removal-pending') return 'next';
  return code.startsWith('drift-') ? 'drifted' : 'failed';
}

const words: Readonly<Record<Kind, Condition>> = {
  suspended: ['is suspended', 'are suspended'],
  failed: ['failed', 'failed'],
  blocked: ['is blocked', 'are blocked'],
  drifted: ['drifted', 'drifted'],
  held: ['is held', 'are held'],
  stale: ['is not compared with Git', 'are not compared with Git'],
  waiting: ['waits for a person', 'wait for a person'],
  next: ['waits', 'wait'],
};

const unwell: Readonly<Record<Exclude<HealthState, 'healthy'>, Condition>> = {
  progressing: ['is starting', 'are starting'],
  degraded: ['is degraded', 'are degraded'],
  missing: ['is missing', 'are missing'],
  suspended: ['is paused', 'are paused'],
};
