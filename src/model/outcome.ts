import type { ErrorCode } from '../errors.ts';
import type { Act } from './window.ts';

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** How one pass over one app ended. */
export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'applied' }
  | {
      readonly kind: 'blocked';
      readonly reasons: readonly BlockReason[];
    }
  | ({ readonly kind: 'failed'; readonly step: string | undefined } & Failure)
  | { readonly kind: 'interrupted'; readonly step: string | undefined }
  /** A newer release ended its waiting; what it had begun, the newer one takes over. */
  | { readonly kind: 'superseded'; readonly step: string | undefined; readonly by: string };

export interface BlockReason {
  /** What kind of block it is. */
  readonly code: BlockCode;
  readonly reason: string;
  /** The command or line that lifts it. */
  readonly lift: string;
  /** Digest of the plan that it speaks of, where it speaks of one: another plan is another matter. */
  readonly plan?: string;
  /** Of a closed window: what it keeps from beginning. */
  readonly acts?: readonly Act[];
  /** Of a wait: the app that is waited for. */
  readonly app?: string;
}

export type BlockCode =
  | 'denied'
  | 'manual'
  | 'approval'
  | 'rejected'
  | 'held'
  | 'quarantined'
  | 'suspended'
  | 'removal-guard'
  | 'undiscovered'
  | 'window'
  | 'waiting-for'
  | 'removal-pending';
