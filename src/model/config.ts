import type { App, Repository } from './app.ts';
import type {
  ConfigurationDigests,
  ConfigurationOrigin,
  ConfigurationSource,
  ConfigurationText,
  ConfigurationTrouble,
  Discovery,
  Finding,
} from './configuration.ts';
import type { NotificationEvent, Severity } from './notification.ts';
import type { Policy } from './policy.ts';
import type { Secret } from './secret.ts';
import type { Window } from './window.ts';

/** A notifier as configured: which part, its own validated options, and which events of which apps reach it. */
export interface NotifierConfig {
  readonly type: string;
  readonly name?: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly on: readonly NotificationEvent[];
  /** The least that it is told. */
  readonly severity: Severity;
  /** Names or globs; empty: every app. */
  readonly apps: readonly string[];
}

/** How the deployment log is kept. Durations in milliseconds, sizes in bytes. */
export interface LogConfig {
  readonly segmentBytes: number;
  readonly segmentAge: number;
  readonly checkpointEntries: number;
  readonly checkpointAge: number;
  /** Mark its files as append-only, where that can be. */
  readonly appendOnly: boolean;
  /** Which closed files stay; undefined: all. */
  readonly keep: { readonly age: number | undefined; readonly segments: number | undefined };
  readonly witness: WitnessConfig | undefined;
}

/** A branch elsewhere that is told of the log. */
export interface WitnessConfig {
  readonly repository: Repository;
  readonly branch: string;
  readonly entries: 'none' | 'all';
}

/** A loaded configuration, defaults resolved, secrets interpolated. Durations in milliseconds. */
/** The API on TCP. */
export interface ApiConfig {
  /** An address or the name of one. */
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: Secret } | undefined;
  /** What somebody on this very host may without a token. */
  readonly anonymous: 'viewer' | undefined;
  /** Addresses whose word on who is behind them is taken. */
  readonly trustedProxies: readonly string[];
}

/** Who may tell by HTTP that a repository changed. */
export interface WebhookConfig {
  /** Which kind of forge. */
  readonly type: string;
  readonly secret: Secret;
  /** Patterns of the apps that are looked at whatever repository a message names, besides those that follow that. */
  readonly apps: readonly string[];
}

/** A sign of life for a service elsewhere. */
export interface HeartbeatConfig {
  readonly url: Secret;
  /** Milliseconds. */
  readonly interval: number;
}

export interface HostConfig {
  /** Absolute path of the file. */
  readonly file: string;
  /** SHA-256 over everything that is written, secrets included: equal for configurations that say the same. */
  readonly fingerprint: string;
  readonly origin: ConfigurationOrigin;
  /** The repository that it comes from, and what that had: kept, so that it holds while Git is down. */
  readonly source?: ConfigurationSource | undefined;
  readonly text?: ConfigurationText | undefined;
  /** Where apps of this host are found, and what was found there last, by `discoveryName`. */
  readonly discoveries: readonly Discovery[];
  readonly findings: Readonly<Record<string, Finding>>;
  /** Of which of them nothing is known yet: apps that seem to have left may be there. */
  readonly undiscovered: readonly string[];
  /** The same, part by part. For memory only. */
  readonly digests: ConfigurationDigests;
  /** Why something newer is not in force. */
  readonly troubles: readonly ConfigurationTrouble[];
  readonly host: string;
  /** Apps of this host that are enabled. */
  readonly apps: readonly App[];
  /** Names that the file declares for this host, disabled ones too: a disabled app is left alone, not removed. */
  readonly declared: readonly string[];
  /** Apps that it declares for other hosts alone, with the patterns that say which. */
  readonly elsewhere: Readonly<Record<string, readonly string[]>>;
  /** Names that apps of this host had before, the oldest first, by the name that they have now; of disabled ones, too. */
  readonly formerly?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly notifiers: readonly NotifierConfig[];
  /** All of them; an app that left the configuration may be concerned, too. */
  readonly windows: readonly Window[];
  /** What holds for every app that has no preset of its own. */
  readonly policy: Policy;
  readonly imageInterval: number;
  readonly log: LogConfig;
  readonly keepReleases: number;
  /** How many apps may be removed in one go without a person. */
  readonly removalGuard: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Also delete images of releases that are no longer kept. */
  readonly prune: boolean;
  /** Every secret value that the file brought in, for redaction. */
  readonly secrets: readonly string[];
  readonly heartbeat?: HeartbeatConfig | undefined;
  /** Undefined: the socket only. */
  readonly api?: ApiConfig | undefined;
  /** By the last part of their path. */
  readonly webhooks?: Readonly<Record<string, WebhookConfig>> | undefined;
  /** Files that the configuration was read from, to watch. */
  readonly files: readonly string[];
}
