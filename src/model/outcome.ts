import type { ErrorCode } from '../errors.ts';

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
      readonly reasons: readonly { readonly reason: string; readonly lift: string | undefined }[];
    }
  | ({ readonly kind: 'failed'; readonly step: string | undefined } & Failure)
  | { readonly kind: 'interrupted'; readonly step: string | undefined };
