import type { Socket } from 'node:net';
import type { Concerned } from '../core/concerned.ts';
import type { HostConfig } from '../model/config.ts';
import type { Peer } from '../model/peer.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Harbor } from '../reconcile/harbor.ts';
import type { Hearsay } from '../reconcile/hearsay.ts';
import type { Instruments } from '../reconcile/instruments.ts';
import type { PageFiles } from './page.ts';
import type { Served } from './served.ts';

/** What a daemon gives its API to work with. */
export interface Serving {
  readonly harbor: Served & Pick<Harbor, 'recognise'>;
  readonly version: string;
  /** Absolute; whoever asks may mean another. */
  readonly configFile: string;
  /** The repository that the configuration comes from now, besides. */
  readonly from: () => string | undefined;
  /** The one in force. */
  readonly config: () => HostConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hearsay: Hearsay;
  /** Of the whole host. */
  readonly instruments: Instruments;
  /** Looks at Git for these now. */
  readonly hint: (trigger: Trigger, concerned: Concerned) => void;
  /** Aborted when the daemon ends. */
  readonly ending: AbortSignal;
  /** Who connected the socket, as the kernel knows it; undefined where nobody can tell. */
  peerOf(socket: Socket): Promise<Peer | undefined>;
  /** Proves the log from its files. */
  readonly verify: () => Promise<object>;
  /** What the machine lacks. */
  readonly doctor: () => Promise<readonly object[]>;
  /** Another dashboard than the one that was built in. */
  readonly page?: PageFiles;
}

/** An API that answers. */
export interface Open extends AsyncDisposable {
  /** The configuration may be another one. */
  reloaded(): Promise<void>;
}

export type Serve = (socketPath: string, serving: Serving) => Promise<Open>;
