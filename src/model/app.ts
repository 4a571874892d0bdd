import type { CheckConfig } from './check.ts';
import type { Hook } from './hook.ts';
import type { OnChangeRules } from './on-change.ts';
import type { Policy } from './policy.ts';
import type { RemovalPolicy } from './removal.ts';
import type { MaybeSecret, Secret } from './secret.ts';
import type { Verification } from './verification.ts';
import type { Window } from './window.ts';

export interface Repository {
  /** Stable, safe as a folder name; the same for every app that shares the mirror. */
  readonly id: string;
  /** Never holds credentials. */
  readonly url: string;
  readonly credentials: Credentials;
  /** PEM file with the certificate authorities of an https remote, besides the system's. */
  readonly certificateAuthority: string | undefined;
  /** Whether its mirror has the whole history, and not only the commits that are asked for. */
  readonly whole?: boolean;
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'ssh'; readonly key: string | undefined; readonly knownHosts: string | undefined }
  | { readonly kind: 'token'; readonly username: string; readonly token: Secret };

/** `range`: the tag of the highest version in a range such as `^1.4`; a tag of exactly that name comes first. */
export interface Ref {
  readonly kind: 'branch' | 'tag' | 'commit' | 'range';
  readonly name: string;
}

/** Another app that a changed deployment waits for. `same-revision`: besides being healthy, it has deployed the same commit of the same repository. */
export interface AppDependency {
  readonly app: string;
  readonly condition: 'healthy' | 'same-revision';
}

/** One Compose project that Harbormaster owns on this host, with every default resolved. Durations in milliseconds. */
export interface App {
  readonly name: string;
  /** Names that it had before, the oldest first. */
  readonly formerly?: readonly string[] | undefined;
  readonly project: string;
  readonly repository: Repository;
  readonly ref: Ref;
  /** Folder in the repository that relative paths start from; '.' for its top. */
  readonly path: string;
  /** Relative to `path`; empty: found as Compose finds them. */
  readonly composeFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly environment: Readonly<Record<string, MaybeSecret>>;
  readonly unsetVariables: 'error' | 'warn';
  readonly submodules: boolean;
  readonly enabled: boolean;
  readonly interval: number;
  /** Milliseconds without a comparison with Git after which people are told. */
  readonly staleAfter: number;
  readonly health: HealthLimits;
  readonly strategy: string;
  /** What becomes of a new release: deployed by itself, once its plan is approved, or when a person asks for it. */
  readonly deploy: 'auto' | 'approve' | 'manual';
  /** What `deploy: approve` asks for. */
  readonly approval: ApprovalPolicy;
  /** What becomes of containers that left the deployed release without Git having moved. */
  readonly drift: 'ignore' | 'report' | 'correct';
  /** What becomes of the app after a new release failed on the host. */
  readonly onFailure: 'rollback' | 'hold' | 'leave';
  readonly onChange: OnChangeRules;
  /** What its containers may ask of the host. */
  readonly policy: Policy;
  /** Undefined: whatever the repository says is believed. */
  readonly verify?: Verification | undefined;
  /** In the order in which they run, those of each moment. */
  readonly hooks: readonly Hook[];
  /** What a new release must pass once it is healthy. */
  readonly checks: readonly CheckConfig[];
  /** Those that concern it. */
  readonly windows: readonly Window[];
  /** Apps of this host that it waits for. */
  readonly dependsOn: readonly AppDependency[];
  /** What becomes of it when it leaves the configuration. */
  readonly removal: Pick<RemovalPolicy, 'onRemove' | 'grace'>;
}

/** Whatever follows a ref of a repository. */
export type Follower = Pick<App, 'name' | 'repository' | 'ref'>;

/** Who must agree to a plan before it is performed. */
export interface ApprovalPolicy {
  /** How many people. */
  readonly approvals: number;
  /** Author and committer of the commit may not approve it. */
  readonly notByAuthor: boolean;
  /** Milliseconds after which an approval no longer counts. */
  readonly expiresAfter: number;
}

export interface HealthLimits {
  /** How long a deployment may take to become healthy. */
  readonly deadline: number;
  /** How long a container without a healthcheck must run without a restart before it counts as healthy. */
  readonly minReady: number;
}
