import type { Serve } from '../api/serving.ts';
import type { HostConfig } from '../model/config.ts';
import type { Entry } from '../model/entry.ts';
import type { LogQuery } from '../model/log-query.ts';
import type { PresetName } from '../model/policy.ts';
import type { CheckReport, PlanReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { ComparisonRequest } from '../reconcile/comparisons.ts';
import type { Harbor } from '../reconcile/harbor.ts';
import type { FromSettings } from './from-settings.ts';

/** What the command line and the environment say about this call; `wire` makes everything else from it. */
export interface Invocation {
  /** This host's own file, absolute. */
  readonly configFile: string;
  /** The repository that the configuration comes from, as the command line names it. */
  readonly from?: FromSettings | undefined;
  /** Absolute. */
  readonly stateDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** That the program was built from. */
  readonly commit: string;
  readonly hostName: string;
}

/** Everything that the verbs work with. Each member does its work only when it is called. */
export interface Wired {
  readonly socketPath: string;
  /** The one that a daemon would have in force: where a repository's newest cannot be used, the last good one, with its troubles. */
  loadConfig(): Promise<HostConfig>;
  /** The newest one; throws whatever is wrong with it. */
  checkConfig(): Promise<HostConfig>;
  /** Harbor for reading verbs, in this process, without a lock. */
  reader(signal: AbortSignal): Promise<Harbor & AsyncDisposable>;
  /** Harbor for mutating verbs, in this process, under the state lock. Throws `lock-held` naming the holder. */
  operator(command: string, signal: AbortSignal): Promise<Harbor & AsyncDisposable>;
  /** The daemon; resolves when the signal is aborted and everything that was begun has ended. */
  daemon(signal: AbortSignal, serve: Serve): Promise<void>;
  /** What would come of a checkout, with no host, state or engine at hand. */
  preview(request: CheckoutRequest): Promise<CheckoutPreview>;
  readonly log: LogReader;
  doctor(): Promise<readonly Check[]>;
  /** What a policy says of compose files on disk. Needs neither engine nor state. */
  check(request: CheckRequest): Promise<CheckReport>;
  /** The main job on a stage of its own; `say` gets one line at a time. */
  demo(say: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** Tells every notifier of the configuration something, and how that went. */
  tryNotifiers(): Promise<readonly NotifierTrial[]>;
  /** JSON Schema of the configuration. */
  schema(): object;
  /** Text of a first configuration. */
  starter(answers: StarterAnswers): string;
  /** What `install` would do. */
  installation(request: InstallRequest): DryInstall;
  /** Sets Harbormaster up on this host. Throws `usage` and `state-unwritable` before anything is written. */
  install(request: InstallRequest): Promise<Installed>;
  /** Writes what cannot be made again into a new archive. */
  backup(file: string): Promise<BackedUp>;
  /** Makes the state directory, which must not be there, from an archive. */
  restore(file: string): Promise<Restored>;
}

export interface CheckoutRequest extends Pick<ComparisonRequest, 'apps' | 'ref'> {
  /** Absolute, as the others. */
  readonly folder: string;
  readonly againstRef: string | undefined;
  /** What `status --json` of the host printed. */
  readonly againstFile: string | undefined;
  /** Undefined: the same. */
  readonly againstConfig: string | undefined;
  /** Undefined: whatever hosts the apps are for. */
  readonly host: string | undefined;
  /** Whether what is not here gets a placeholder. */
  readonly placeholders: boolean;
}

export interface CheckoutPreview {
  readonly plans: readonly PlanReport[];
  /** What they stand for. */
  readonly placeholders: readonly string[];
}

/** How a notifier took a test. */
export interface NotifierTrial {
  readonly type: string;
  /** Undefined: it was delivered. */
  readonly failure: { readonly message: string; readonly hint: string | undefined } | undefined;
}

export interface InstallRequest {
  readonly kind: 'systemd' | 'container';
  /** Undefined: of this version. */
  readonly image: string | undefined;
  readonly proxied: boolean;
  /** Of a repository, for a first configuration. */
  readonly url: string | undefined;
  /** What stands before every path. */
  readonly root: string;
  readonly start: boolean;
  /** Absolute. */
  readonly config: string;
}

export interface DryInstall {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly commands: readonly string[];
}

export interface Installed {
  readonly files: readonly { readonly path: string; readonly did: 'wrote' | 'replaced' | 'kept' | 'unchanged' }[];
  readonly ran: readonly string[];
  readonly started: boolean;
  /** Why it was not started. */
  readonly waits: string | undefined;
}

export interface BackedUp {
  readonly file: string;
  readonly files: number;
  readonly bytes: number;
  /** Of the last entry of the log that is in it; 0 for none. */
  readonly seq: number;
}

export interface Restored {
  readonly stateDir: string;
  readonly files: number;
  /** When and where the backup was made. */
  readonly at: string;
  readonly host: string;
  readonly version: string;
  readonly seq: number;
}

/** From which end the log is read, and from where. */
export type ReadRequest = (
  | { readonly order: 'newest'; readonly before: number | undefined }
  | { readonly order: 'oldest'; readonly after: number }
) & {
  /** Told where what is read does not hang together: it was changed, or is damaged. */
  readonly suspect: (what: string) => void;
};

export interface LogReader {
  /** Entries that fit, one at a time; whoever has enough just stops. Proves nothing: `verify` does. */
  read(query: LogQuery, request: ReadRequest): AsyncIterable<Entry>;
  /** Entries after a sequence number, those that are there and those that come, until the signal. */
  follow(after: number, signal: AbortSignal): AsyncIterable<Entry>;
  /** Throws `usage` for a key that is none. */
  verify(request?: VerifyRequest): Promise<VerifyReport>;
  /** The verifier key that checkpoints are signed with now; undefined: the log has none yet. */
  key(): Promise<string | undefined>;
  /** Under the lock. `lost`: ranges of entries, empty where `from` is greater than `to`. */
  acceptDamage(reason: string, trigger: Trigger): Promise<AcceptedDamage>;
  /** Under the lock; gives the new verifier key. */
  changeKey(reason: string, trigger: Trigger): Promise<string>;
}

export interface AcceptedDamage {
  readonly lost: readonly {
    readonly file: string;
    readonly line: number;
    readonly from: number;
    readonly to: number;
  }[];
  /** Lines after the damage that still count for the state of today. */
  readonly salvaged: number;
}

export interface VerifyRequest {
  /** Folder of the log, or of a copy of it; undefined: that of the state directory. */
  readonly directory?: string | undefined;
  readonly publicKey?: string | undefined;
  /** Where a witness is, and on which branch; undefined: as configured. */
  readonly witness?: { readonly url: string; readonly branch: string | undefined } | undefined;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** The first thing that is wrong. */
  readonly problem: LogProblem | undefined;
  /** Bytes at the end that no entry owns: a write that is under way or was cut short. */
  readonly torn: LogProblem | undefined;
  /** Sequence numbers of the first and the last entry that hold. */
  readonly first: number;
  readonly entries: number;
  readonly files: number;
  /** SHA-256 of the last line that holds. */
  readonly head: string;
  readonly repairs: readonly { readonly seq: number; readonly length: number }[];
  /** Intents without an outcome yet. */
  readonly open: readonly { readonly seq: number; readonly app: string }[];
  /** The key that checkpoints were held against, and whether it came from elsewhere. */
  readonly key: { readonly verifier: string; readonly given: boolean } | undefined;
  /** `covered`: the last entry that a checkpoint covers. */
  readonly checkpoints: { readonly count: number; readonly covered: number };
  readonly witness: { readonly url: string; readonly count: number; readonly covered: number } | undefined;
  /** What left by policy. */
  readonly left: { readonly through: number; readonly entry: number; readonly at: string } | undefined;
  /** What nobody can read again. */
  readonly lost: readonly { readonly from: number; readonly to: number; readonly entry: number }[];
  readonly proves: readonly string[];
  readonly cannotProve: readonly string[];
}

export interface LogProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Of the line's first byte. */
  readonly offset: number;
  /** Sequence number of the entry that should stand there. */
  readonly seq: number;
  readonly what: string;
}

export interface CheckRequest {
  /** As they were written, from the working folder on. */
  readonly files: readonly string[];
  readonly preset: PresetName | undefined;
  /** By the policy of the configuration: that of this app, or of the host. */
  readonly configured: boolean;
  readonly app: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
}

/** One thing that `doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly hint: string | undefined;
}

export interface StarterAnswers {
  readonly app: string;
  readonly url: string;
  readonly branch: string;
}
