import type { App } from '../model/app.ts';
import type { Consent } from '../model/approval.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { OnRemove, RemovalApproval, RemovalPolicy } from '../model/removal.ts';
import { canonical, sha256 } from './digest.ts';

/** Of an app of which nobody said otherwise. */
export const usualRemoval: RemovalPolicy = { onRemove: 'down', grace: 0, dependsOn: [] };

export const removalPolicyOf = ({ removal, dependsOn }: Pick<App, 'removal' | 'dependsOn'>): RemovalPolicy => ({
  ...removal,
  dependsOn: dependsOn.map(({ app }) => app).sort(),
});

export const isSameRemoval = (one: RemovalPolicy, other: RemovalPolicy): boolean => canonical(one) === canonical(other);

/** As it stands in an entry: what is usual is not said. */
export const removalToTell = (policy: RemovalPolicy): { readonly removal?: RemovalPolicy } =>
  isSameRemoval(policy, usualRemoval) ? {} : { removal: policy };

/** `stopped and removed`, as what is going to happen to an app. */
export const removalWords: Readonly<Record<OnRemove, string>> = {
  down: 'stopped and removed',
  stop: 'stopped, and its containers are kept',
  orphan: 'let go, and keeps running',
};

/** Its time is not over. `until`: ISO 8601. */
export const pendingReason = (app: string, { onRemove }: RemovalPolicy, until: string): BlockReason => ({
  code: 'removal-pending',
  reason: `left the configuration; at ${until.slice(0, 19).replace('T', ' ')} UTC it is ${removalWords[onRemove]}`,
  lift: `harbormaster apply ${app}`,
});

/** An approval counts so long, in milliseconds: whoever approves sees what leaves now. */
export const approvalLasts = 24 * 3_600_000;

interface Guarding {
  /** Names of apps that leave at once, in any order. */
  readonly names: readonly string[];
  /** Whether some are declared still, for other hosts. */
  readonly away: boolean;
  /** How many may leave without a person. */
  readonly limit: number;
  readonly approval: RemovalApproval | undefined;
  /** Whether an app waited for a person before, because too many left with it. */
  readonly waited: (app: string) => boolean;
  readonly now: Date;
}

/** Why many apps that leave at once wait for a person, by app. That the others of them are back does not let one go that waited. */
export function guard({ names, away, limit, approval, waited, now }: Guarding): ReadonlyMap<string, BlockReason> {
  const sorted = [...new Set(names)].sort();
  if (approval && isApproved(sorted, approval, now)) return new Map();
  const guarded = sorted.length > limit ? sorted : sorted.filter(waited);
  if (guarded.length === 0) return new Map();
  const left = away ? 'left the configuration, or are for other hosts now,' : 'left the configuration';
  const reason =
    sorted.length > limit
      ? `${sorted.length} apps ${left} at once (${sorted.join(', ')}), more than config.removal_guard (${limit}) lets go without a person`
      : `left the configuration together with others that are gone by now, and waits for a person still (${guarded.join(', ')})`;
  const lift = `${approveRemovalCommand(guarded)} --reason "…"`;
  return new Map(guarded.map((name) => [name, { code: 'removal-guard', reason, lift }]));
}

export const approveRemovalCommand = (names: readonly string[]): string =>
  `harbormaster approve-removal ${names.join(' ')}`;

/** One more that leaves makes it another matter; one that is removed already does not. */
function isApproved(names: readonly string[], { apps, at }: RemovalApproval, now: Date): boolean {
  return names.every((name) => apps.includes(name)) && now.getTime() - Date.parse(at) < approvalLasts;
}

/** What the intent of a removal says of the approval that it was begun with. */
export const consentTo = ({ seq, at, by, apps }: RemovalApproval): Consent => ({
  plan: sha256(canonical({ remove: apps })),
  approvals: [{ by, at, seq }],
});

/** Something that leaves, and what it depended on. */
interface Departing {
  readonly app: string;
  readonly policy: RemovalPolicy;
}

/** Dependents before what they depended on. Where records of different times make a circle, the order in which they came breaks it. */
export function dependentsFirst<Leaving extends Departing>(leaving: readonly Leaving[]): readonly Leaving[] {
  const ordered: Leaving[] = [];
  const seen = new Set<Leaving>();
  const visit = (one: Leaving): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const dependent of dependentsOf(one, leaving)) visit(dependent);
    ordered.push(one);
  };
  for (const one of leaving) visit(one);
  return ordered;
}

export const dependentsOf = <Leaving extends Departing>(
  { app }: Departing,
  leaving: readonly Leaving[],
): readonly Leaving[] => leaving.filter((other) => other.app !== app && other.policy.dependsOn.includes(app));
