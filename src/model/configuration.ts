import type { HarborError } from '../errors.ts';
import type { Follower, Ref, Repository } from './app.ts';
import type { Failure } from './outcome.ts';
import type { PathSearch } from './path-search.ts';
import type { Revision } from './revision.ts';
import type { Verification } from './verification.ts';

/** Where a configuration was read. */
export interface ConfigurationOrigin {
  /** Absolute path of this host's own file; undefined: it has none, and all comes from a repository. */
  readonly file: string | undefined;
  /** Of the repository that it comes from, if it does. */
  readonly revision?: Revision | undefined;
  /** Of the file in that repository. */
  readonly path?: string | undefined;
  /** Commits in which apps were found, where that is looked for. */
  readonly found?: readonly Revision[] | undefined;
}

/**
 * What is written, by digests: of each app of this host with everything that it takes from elsewhere in the file, and of the host's own settings by
 * key. Two configurations that say the same have the same digests, whatever their comments and the order of their lines.
 */
export interface ConfigurationDigests {
  readonly apps: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** Why the newest configuration, or a part of it, is not in force. */
export interface ConfigurationTrouble extends Failure {
  /** What it is about: `configuration`, or a place in it such as `discover[0]`. */
  readonly of: string;
}

/** What the deployment log knows of the configuration in force. */
export interface ConfigurationRecord extends ConfigurationDigests {
  readonly seq: number;
  readonly at: string;
  readonly digest: string;
  readonly origin: ConfigurationOrigin;
  /** Present while the newest one is not in force. */
  readonly trouble?:
    | { readonly seq: number; readonly since: string; readonly signature: string; readonly message: string }
    | undefined;
}

/** The repository that the configuration comes from. */
export interface ConfigurationSource {
  readonly repository: Repository;
  readonly ref: Ref;
  /** Of the file in it. */
  readonly path: string;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly verify: Verification | undefined;
}

/** A configuration as a commit has it. */
export interface ConfigurationText {
  readonly revision: Revision;
  readonly text: string;
}

/** What Git has now, or why nobody knows; and what of it was in force last on this host. */
export interface Offer<Thing> {
  readonly newest: Thing | HarborError;
  readonly kept: Thing | undefined;
}

/** What of the configuration came from Git and was in force last, by what it was found by. */
export interface KeptConfiguration {
  readonly texts: Readonly<Record<string, ConfigurationText>>;
  readonly findings: Readonly<Record<string, Finding>>;
}

/** A ref that the configuration hangs on. */
export interface Following extends Follower {
  /** Milliseconds between two looks. */
  readonly interval: number;
}

/** Where apps are found. */
export interface Discovery {
  /** Where that stands: `discover[0]`. */
  readonly of: string;
  readonly repository: Repository;
  readonly ref: Ref;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly search: PathSearch;
  readonly verify: Verification | undefined;
}

/** What was found there at a commit. */
export interface Finding {
  readonly revision: Revision;
  readonly folders: readonly FoundFolder[];
}

export interface FoundFolder {
  /** '.' for the top. */
  readonly folder: string;
  /** Names of the files that fit, in it. */
  readonly files: readonly string[];
  /** Text of its own `harbormaster.app.yml`. */
  readonly settings?: string | undefined;
}
