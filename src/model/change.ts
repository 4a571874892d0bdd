import type { Mend } from './mend.ts';
import type { ObservedContainer, ObservedNetwork } from './observed.ts';
import type { Refresh } from './on-change.ts';
import type { ReleaseService } from './release.ts';

/** A field that differs, as text; without `from` it is new, without `to` it went. */
export interface FieldValues {
  /** As a path with dots: `healthcheck.interval`. */
  readonly field: string;
  readonly from?: string;
  readonly to?: string;
}

/** Why something is done. There is no change without one. Values are never secret: what may be one is named, not shown. */
export type Cause =
  | { readonly kind: 'new' }
  | { readonly kind: 'image'; readonly from: string; readonly to: string }
  /** `values`: of those fields that can hold no secret. */
  | { readonly kind: 'configuration'; readonly fields: readonly string[]; readonly values?: readonly FieldValues[] }
  /** `whyNew`: why it is made anew although `on_change` asks for less. */
  | { readonly kind: 'content'; readonly paths: readonly string[]; readonly whyNew?: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'stopped'; readonly found: string }
  | { readonly kind: 'image-swapped' }
  | { readonly kind: 'paused' }
  /** From the name that was found to the one that it should have. */
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  /** The engine configures it otherwise than when it was deployed: fields as `limits.memory (64 MB, was 128 MB)`, secrets unsaid. */
  | { readonly kind: 'altered'; readonly fields: readonly string[] }
  /** Somebody else started it, and it is not what Git declares; in words. */
  | { readonly kind: 'adopted'; readonly differs: string }
  /** Its container is of a release that was not kept, or that never came to its end. */
  | { readonly kind: 'other-release' }
  | { readonly kind: 'scale'; readonly from: number; readonly to: number }
  | { readonly kind: 'follows'; readonly service: string; readonly relation: string }
  | { readonly kind: 'network'; readonly network: string }
  | { readonly kind: 'not-declared' }
  /** `hosts`: the configuration still has it, for other hosts than this one. */
  | { readonly kind: 'app-removed'; readonly hosts?: readonly string[] };

export type Change =
  | { readonly kind: 'create'; readonly to: ReleaseService; readonly cause: Cause }
  | {
      readonly kind: 'replace';
      readonly to: ReleaseService;
      readonly from: readonly ObservedContainer[];
      readonly cause: Cause;
    }
  /** Only content changed that its containers see without being made anew. */
  | {
      readonly kind: 'refresh';
      readonly to: ReleaseService;
      readonly from: readonly ObservedContainer[];
      readonly by: Refresh;
      /** What changed, named as in the release. */
      readonly content: readonly string[];
      readonly cause: Cause;
    }
  | {
      readonly kind: 'start';
      readonly to: ReleaseService;
      readonly from: readonly ObservedContainer[];
      readonly cause: Cause;
    }
  | {
      readonly kind: 'mend';
      readonly to: ReleaseService;
      readonly from: readonly ObservedContainer[];
      readonly mends: readonly Mend[];
      readonly cause: Cause;
    }
  | {
      readonly kind: 'remove';
      readonly service: string;
      readonly from: readonly ObservedContainer[];
      readonly cause: Cause;
    }
  | { readonly kind: 'replace-network'; readonly network: ObservedNetwork; readonly cause: Cause }
  | { readonly kind: 'remove-network'; readonly network: ObservedNetwork; readonly cause: Cause };
