/** Software that has Git repositories and shows what became of their commits. Gitea and Forgejo speak the same. */
export type ForgeKind = 'github' | 'gitlab' | 'gitea' | 'forgejo';

/**
 * How it is about a commit on a host. `waiting`: something or somebody keeps it from beginning. `failed`: it is no good. `broken`: something else is, and
 * it is tried again. `superseded`: another commit took its place before it was deployed.
 */
export type CommitState = 'waiting' | 'deploying' | 'healthy' | 'failed' | 'broken' | 'superseded';

/** What is to be told of one commit of one app. */
export interface CommitWord {
  readonly host: string;
  readonly app: string;
  /** URL, as the app has it. */
  readonly repository: string;
  readonly commit: string;
  /** Branch or tag that it was found at. */
  readonly ref: string;
  readonly state: CommitState;
  /** One line. */
  readonly description: string;
}
