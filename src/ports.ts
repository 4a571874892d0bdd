/** Every effect of Harbormaster on one page. Adapters live in `edges/` and decide nothing. */
import type { Follower, Repository } from './model/app.ts';
import type { ComposeModel } from './model/compose-model.ts';
import type { KeptConfiguration } from './model/configuration.ts';
import type { Entry, EntryBody } from './model/entry.ts';
import type { Fact } from './model/fact.ts';
import type { HostSnapshot } from './model/history.ts';
import type { LogPage, LogQuery, PageRequest } from './model/log-query.ts';
import type { ContainerRef, Mend } from './model/mend.ts';
import type { Notification } from './model/notification.ts';
import type {
  ContainerConfiguration,
  ContainerReport,
  EngineEvent,
  LastStart,
  Observed,
  ObservedNetwork,
  ObservedVolume,
  Reach,
} from './model/observed.ts';
import type { KeptFolder } from './model/orphan.ts';
import type { Outcome } from './model/outcome.ts';
import type { PathSearch } from './model/path-search.ts';
import type { Readings } from './model/readings.ts';
import type { MountedPath, Pin, Release } from './model/release.ts';
import type { RecordCondition } from './model/report.ts';
import type { GitObject, Revision } from './model/revision.ts';
import type { Provenance, Verification } from './model/verification.ts';

export interface Clock {
  now(): Date;
  /** Monotonic milliseconds, for durations. */
  elapsed(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Where desired state comes from. Every call has a time limit. */
export interface Source {
  /**
   * One cheap look: the commits that these refs point at now, by the follower's name; all refs of one repository in one request.
   * A repository that fails gives its followers the error instead, and costs the others nothing.
   */
  look(followers: readonly Follower[]): Promise<ReadonlyMap<string, string | Error>>;
  /** Makes sure that the mirror has the commit (fetching only if not) and describes it. */
  fetch(follower: Follower, commit: string): Promise<Revision>;
  /** Whose signatures a revision bears, and whether it follows what is deployed. Asked only of apps that `verify`, after `fetch`. */
  provenance(request: ProvenanceRequest): Promise<Provenance>;
  /** What each repository path is at a commit; undefined where it does not exist. Links inside the tree are followed. */
  objects(
    repository: Repository,
    commit: string,
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, GitObject | undefined>>;
  /** Content of a file; undefined if it does not exist or is no file. More than `limit` bytes, or a link that leads out, throw `tree-refused`. */
  read(repository: Repository, commit: string, path: string, limit: number): Promise<Buffer | undefined>;
  /** Paths of the files that are meant, in order; links and submodules are not followed. Throws `tree-refused` for more than anybody can mean. */
  find(repository: Repository, commit: string, search: PathSearch): Promise<readonly string[]>;
  /**
   * Writes these repository paths (files or whole folders) below `target`, straight from the object store: no filters, no hooks, links only where
   * they stay inside the tree. Paths that the commit does not have are left out. Submodule folders are written only where `submodules` is set, and
   * may have to be fetched.
   */
  export(request: ExportRequest): Promise<void>;
}

/** A working copy as the source: only what is committed in it counts, and it never reaches out. */
export interface Checkout extends Source {
  /** Where it was cloned from, without credentials; undefined if it does not say. */
  readonly url: string | undefined;
  /** The commit that a name means there: `HEAD`, `origin/main`, a tag, an id or its first digits. Throws `ref-missing`. */
  commitOf(name: string): Promise<string>;
}

export interface ProvenanceRequest {
  readonly app: Follower;
  readonly verify: Verification;
  readonly revision: Revision;
  /** The deployed commit: where a range of commits begins. */
  readonly since: string | undefined;
  /** Commits of which the revision may be one, or come after one. */
  readonly bases: readonly string[];
}

export interface ExportRequest {
  readonly repository: Repository;
  readonly commit: string;
  readonly paths: readonly string[];
  readonly target: string;
  readonly submodules: boolean;
}

export interface RenderRequest {
  readonly project: string;
  /** Folder that relative paths start from, absolute. */
  readonly directory: string;
  /** Absolute. */
  readonly files: readonly string[];
  /** Absolute path of the `.env` file to interpolate from, if there is one. */
  readonly envFile: string | undefined;
  readonly profiles: readonly string[];
  /** The whole environment of the rendering, revealed. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Rendered {
  readonly model: ComposeModel;
  /** Names of variables that were unset and have no default. */
  readonly unset: readonly string[];
  /** How well the renderer was fenced in. */
  readonly isolation: Isolation;
}

/** Best first: no network and no privileges; no privileges; memory and CPU limits only. */
export type Isolation = 'namespace' | 'unprivileged' | 'limits';

export interface LocalImage {
  readonly id: string;
  readonly repoDigests: readonly string[];
  readonly repoTags: readonly string[];
}

/** A release that is on disk: what the engine is given. */
export interface StoredRelease {
  readonly release: Release;
  /** Absolute path of the sealed compose file. */
  readonly file: string;
}

export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly compose: string;
  readonly isolation: Isolation;
}

/** What runs containers. Reads may be called at any time; acts only under the lock. */
export interface Engine {
  facts(): Promise<EngineFacts>;
  render(request: RenderRequest): Promise<Rendered>;
  /** What Compose's own hash label would be, by service: equal to a running container's, its definition is the same. */
  hashes(request: RenderRequest): Promise<Readonly<Record<string, string>>>;
  observe(): Promise<Observed>;
  /** Waits in the engine until each container's state is settled; a container that is gone is left out. */
  inspect(ids: readonly string[]): Promise<readonly ContainerReport[]>;
  /** The same in short, for whom others cannot wait: where the engine does not tell of a container within seconds, its start is undefined. */
  lastStarts(ids: readonly string[]): Promise<readonly LastStart[]>;
  /** How each container is configured; waits and leaves out as `inspect` does. */
  configurations(ids: readonly string[]): Promise<readonly ContainerConfiguration[]>;
  /**
   * Tells what happens to the containers of Compose projects, from `connected` on, until the signal. Returns then; throws `engine-unreachable` when
   * the engine goes away.
   */
  events(told: (event: EngineEvent) => void, signal: AbortSignal): Promise<void>;
  /** The last lines that a container wrote, for a person to read. */
  tail(id: string, lines: number): Promise<string>;
  networks(project: string): Promise<readonly ObservedNetwork[]>;
  volumes(project: string): Promise<readonly ObservedVolume[]>;
  image(reference: string): Promise<LocalImage | undefined>;
  /** Pulls the pinned image if it is not there, and gives it the local tag that keeps it from being pruned. Throws `interrupted` at the signal. */
  pull(pin: Pin, keepAs: string, signal?: AbortSignal): Promise<void>;
  /** Throws `interrupted` at the signal. */
  build(request: BuildRequest, signal?: AbortSignal): Promise<void>;
  /** Takes local tags away; an image with no tag left and no container goes. */
  untag(references: readonly string[]): Promise<void>;
  /** Makes the container of a job, and does not start it; gives its id. */
  prepare(job: Job): Promise<string>;
  /** Removes a container that does not run. False: it runs, and stays. */
  discard(id: string): Promise<boolean>;
  /** Runs a command in a container. At the limit it is waited for no longer, and told as `undefined`; throws `interrupted` at the signal. */
  exec(id: string, command: readonly string[], limits: ExecLimits): Promise<Executed | undefined>;
  /** Where these containers can be reached, if they run. */
  reach(ids: readonly string[]): Promise<readonly Reach[]>;
  create(stored: StoredRelease, services: readonly string[]): Promise<void>;
  replace(stored: StoredRelease, services: readonly string[]): Promise<void>;
  /** Throws `engine-refused` where the engine cannot do it, e.g. take a limit away. */
  mend(mend: Mend): Promise<void>;
  start(ids: readonly string[]): Promise<void>;
  /** Each gets the time to stop that it asks for. */
  restart(ids: readonly string[]): Promise<void>;
  /**
   * Each signal to the main process of each container, in a way that leaves their restart policies in force. Throws `engine-refused` where there is no
   * such way, or no such process.
   */
  signal(containers: readonly ContainerRef[], signals: readonly string[]): Promise<void>;
  stop(ids: readonly string[]): Promise<void>;
  /** Stops and removes; anonymous volumes stay. */
  remove(ids: readonly string[]): Promise<void>;
  removeNetwork(id: string): Promise<void>;
  /** After an unclean end: waits until the project's container list is stable, then removes or renames what a half-done recreation left. */
  sweep(project: string): Promise<void>;
}

/** A container that runs once, made from a compose model of its own. */
export interface Job {
  readonly project: string;
  /** Key of its service in the model; no other container has it. */
  readonly service: string;
  /** JSON text of the model. Holds secrets. */
  readonly model: string;
  /** Values for `secrets.environment` and `configs.environment`. Secret. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ExecLimits {
  /** Milliseconds. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface Executed {
  readonly exitCode: number;
  /** What it wrote last, without escapes; at most some kilobytes. */
  readonly output: string;
}

/** A question to a release that is healthy: the smoke test of its deployment. */
export interface Check {
  /** What it asks, on one line for people; no secret is in it. */
  readonly title: string;
  /** The job of the app that it runs, if it is such a check. */
  readonly runs?: string | undefined;
  /** The service whose container it needs, if it is such a check. */
  readonly asks?: string | undefined;
  /** One attempt. Throws `interrupted` at the signal, and what the engine throws. */
  attempt(ground: CheckGround): Promise<CheckAnswer>;
}

/** The app that a check asks. */
export interface CheckGround {
  /** Names of the services that are deployed. */
  readonly services: readonly string[];
  /** Containers of a service that run. */
  reach(service: string): Promise<readonly Reach[]>;
  exec(id: string, command: readonly string[]): Promise<Executed | undefined>;
  /** Runs a job of the release to its end; undefined: it was stopped at the limit. */
  run(job: string): Promise<Executed | undefined>;
  /** Milliseconds of this attempt. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface CheckAnswer {
  readonly passed: boolean;
  /** E.g. `answered 503, wanted 2xx`. */
  readonly detail: string;
  /** What was answered or written, as it came. */
  readonly output: string;
}

/** How checks of one type are made from what the configuration says of them. */
export interface CheckKind {
  readonly type: string;
  make(options: unknown): Check;
}

export interface BuildRequest {
  readonly project: string;
  readonly service: string;
  readonly tag: string;
  /** The `build:` section with absolute paths. */
  readonly section: Readonly<Record<string, unknown>>;
}

export interface ImageRegistry {
  /** What a tag points at now; throws `image-unavailable` with the registry's answer. */
  resolve(reference: string): Promise<{ readonly digest: string; readonly platformDigest: string | undefined }>;
}

/** Releases, kept on disk so that a deployment or rollback needs neither Git nor a registry's tag. */
export interface ReleaseStore {
  save(release: Release): Promise<StoredRelease>;
  load(app: string, digest: string): Promise<StoredRelease | undefined>;
  /**
   * The release's mounted files, kept beside it so that it can come back without Git: their folder, laid out as in the repository. If they are not
   * kept yet, `fill` is given an empty folder first; nothing is kept when it fails.
   */
  files(release: Release, fill: (folder: string) => Promise<void>): Promise<string>;
  /** Digests of an app's releases, newest first. */
  list(app: string): Promise<readonly string[]>;
  /** Removes all but the newest `keep` and the named ones; returns what was removed. */
  prune(app: string, keep: number, pinned: readonly string[]): Promise<readonly Release[]>;
}

/** The stable folders of an app. */
export interface AppFolders {
  readonly live: string;
  readonly data: string;
  readonly cache: string;
}

/** `live/`: what containers mount from the repository. Changed in place, file by file. */
export interface LiveFiles {
  folders(app: string): AppFolders;
  /** Which release `live/` holds; undefined if none, or if a change of it was cut short. */
  holds(app: string): Promise<string | undefined>;
  /**
   * Brings `live/` to the release's mounted paths from an exported tree; what is no longer mounted stays until `tidy`. Files are put in place in one
   * stroke; those of `inPlace` are written into, if they are there, because a container that stays mounts the very file.
   */
  write(app: string, release: Release, exported: string, inPlace?: readonly string[]): Promise<void>;
  /**
   * When each of these files was put where it is, by path; milliseconds since the epoch, 0 where the file system does not tell. What is no ordinary file
   * is left out.
   */
  placedAt(app: string, paths: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Deletes tracked files of earlier releases that this one does not have. Files we did not write stay. */
  tidy(app: string, release: Release): Promise<void>;
  /** True if `live/` has each of the paths with the content that was written. */
  intact(app: string, mounts: readonly MountedPath[]): Promise<boolean>;
  /**
   * Where absolute paths lead on this host, as far as it is to be seen from here: links are followed, what does not exist stays as it is written. Paths
   * that lead nowhere else are left out.
   */
  leads(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What is on disk of every app that ever was here, whoever it is of by now. */
export interface KeptFolders {
  list(): Promise<readonly KeptFolder[]>;
}

/** Folders for candidate revisions: readable by the unprivileged renderer, gone afterwards. */
export interface Scratch {
  create(): Promise<{ readonly path: string } & AsyncDisposable>;
}

/** What of the configuration came from Git and was in force last: it holds while Git is down, also over a restart. */
export interface ConfigurationKeeper {
  /** Nothing, where nothing was kept or what was kept cannot be understood. */
  load(): Promise<KeptConfiguration>;
  save(kept: KeptConfiguration): Promise<void>;
}

export interface DeploymentLog {
  /** Acknowledged only when flushed to disk. Throws `log-unwritable`; then nothing may be mutated. */
  append(body: EntryBody): Promise<Entry>;
  /** What the log says now: the fold of all its entries. */
  history(): Promise<HostSnapshot>;
  /** Whether entries can be written; undefined: this is no writer. */
  condition(): RecordCondition | undefined;
  /** Some of its entries, read from disk; proves nothing of them. */
  page(query: LogQuery, request: PageRequest): Promise<LogPage>;
}

/** What tokens of the API are compared with. What a token is good for stands in the log, and the token itself nowhere. */
export interface TokenVault {
  /** A new token, and the id in it. */
  mint(): Promise<{ readonly id: string; readonly token: string }>;
  /** The id of a token that was minted here; undefined for anything else. Takes as long for a wrong one as for a right one. */
  recognise(token: string): Promise<string | undefined>;
  drop(id: string): Promise<void>;
}

/** Tells others what the log says: in its order, at least once, in its own time. Never throws. */
export interface Outbox {
  take(fact: Fact): void;
  /** Another configuration is in force: who is new in it is told from now on. */
  reconfigured(): void;
  /** Resolves when each of them has everything, or could not be told once more. */
  settled(): Promise<void>;
}

export interface Notifier {
  notify(notification: Notification): Promise<void>;
}

/** Counts what happens and stands nowhere else. It forgets everything with its process. */
export interface Meter {
  /** A pass over an app ended. `compared`: with what Git has. Milliseconds. */
  passed(app: string, pass: { readonly outcome: Outcome; readonly compared: boolean; readonly took: number }): void;
  /** A repository was asked. `url` holds no credentials. */
  asked(url: string, request: 'look' | 'fetch', result: 'success' | 'failure'): void;
  /** The engine was asked, and answered or not. */
  engine(result: 'success' | 'failure'): void;
  readings(): Readings;
}

/** Parts of the progress of a pass, for a person who watches. */
export type Progress = (app: string, message: string) => void;

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
