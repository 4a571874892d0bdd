/**
 * What a window can forbid. `deploy`: a release that Git asks for is brought in, or an earlier one by hand. `prune`: services, networks or whole apps
 * are removed. `heal`: what runs is brought back to the deployed release. `image`: a tag moved, and nothing in Git.
 */
export type Act = 'deploy' | 'prune' | 'heal' | 'image';

/** When something may be done (`allow`), or may not (`deny`): a deny window beats every allow window. */
export interface Window {
  readonly name: string;
  readonly kind: 'allow' | 'deny';
  /** Five fields, on the clock of the time zone: when it begins. */
  readonly cron: string;
  /** Milliseconds that really pass, also where clocks are changed meanwhile. */
  readonly duration: number;
  /** IANA name. */
  readonly timeZone: string;
  /** Globs over the names of apps; empty: every app. */
  readonly apps: readonly string[];
  readonly blocks: readonly Act[];
  readonly reason: string | undefined;
}
