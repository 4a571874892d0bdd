import type { Redact } from '../core/redact.ts';
import type { Gate } from '../model/verdict.ts';
import type {
  CheckKind,
  Clock,
  DeploymentLog,
  Engine,
  ImageRegistry,
  KeptFolders,
  LiveFiles,
  Logger,
  ReleaseStore,
  Scratch,
  Source,
  TokenVault,
} from '../ports.ts';
import type { Strategy } from '../strategies/strategy.ts';

/** Everything that a pass works with. */
export interface Parts {
  readonly source: Source;
  readonly engine: Engine;
  readonly registry: ImageRegistry;
  readonly releases: ReleaseStore;
  readonly live: LiveFiles;
  readonly kept: KeptFolders;
  readonly scratch: Scratch;
  readonly log: DeploymentLog;
  readonly tokens: TokenVault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly strategies: readonly Strategy[];
  readonly gates: readonly Gate[];
  readonly checks: readonly CheckKind[];
  /** Takes the secrets of the configuration out of a text. */
  readonly redact: Redact;
  /** The host's secret: keys every digest that covers secrets. */
  readonly key: Uint8Array;
  readonly instance: string;
}
