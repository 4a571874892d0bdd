import type { Revision } from './revision.ts';
import type { Origin, Span } from './span.ts';

/** Something that was looked for, and where it came from. */
export interface Finding {
  readonly kind: 'commit' | 'release' | 'image' | 'container';
  /** In full: a commit, a release digest, an image reference or id, a container id. */
  readonly id: string;
  /** Of a container, where the log knows it. */
  readonly name: string | undefined;
  readonly app: string;
  /** Of images and containers. */
  readonly service: string | undefined;
  /** Of containers: the image that it was made from. */
  readonly image: string | undefined;
  /** When it ran, oldest first; empty: never, as far as is known. */
  readonly ran: readonly Period[];
  /** What brought it first. */
  readonly origin: Origin | undefined;
  /** What brought its release, where that is another act. */
  readonly deployment: Origin | undefined;
  readonly release: string | undefined;
  readonly revision: Revision | undefined;
  readonly commit: string | undefined;
  /** Of commits and releases: attempts that did not bring it. */
  readonly attempts: readonly Attempted[];
}

export interface Period {
  readonly from: string;
  /** Undefined: it runs still. */
  readonly to: string | undefined;
  /** Entries that it begins and ends with. */
  readonly seq: number;
  readonly until: number | undefined;
  readonly state: Span['state'];
}

export interface Attempted {
  readonly seq: number;
  readonly at: string;
  /** In a sentence. */
  readonly what: string;
}
