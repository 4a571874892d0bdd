/** What a person said of a plan. Bound to the plan's digest: of any other plan it says nothing. */
export interface Decision {
  readonly kind: 'approved' | 'rejected';
  readonly seq: number;
  readonly at: string;
  /** Who it was; how far that is proven is in its entry. */
  readonly by: string;
  readonly plan: string;
  readonly release: string;
  readonly reason: string | undefined;
}

/** An approval that an operation was begun with. */
export interface Approval {
  readonly by: string;
  readonly at: string;
  /** Its entry. */
  readonly seq: number;
}

/** What an operation was allowed by. */
export interface Consent {
  readonly plan: string;
  readonly approvals: readonly Approval[];
}

/** Whether a plan may be performed. */
export type Ruling =
  | { readonly kind: 'approved'; readonly approvals: readonly Approval[] }
  | { readonly kind: 'waits'; readonly have: readonly Approval[]; readonly need: number }
  /** There were enough approvals, and too many of them are too old. */
  | { readonly kind: 'expired'; readonly have: readonly Approval[]; readonly need: number }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason: string | undefined };
