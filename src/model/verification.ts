/** Which signatures a new revision needs before it is deployed. */
export interface Verification {
  /** `head`: of the commit. `tag`: of the annotated tag that leads to it. `range`: of every commit since the deployed one. */
  readonly mode: 'head' | 'tag' | 'range';
  readonly allowedSigners: AllowedSigners;
  /** Whether a revision that does not come after the deployed one is refused. */
  readonly descendantsOnly: boolean;
}

/** The host's own list of keys, as ssh-keygen(1) describes it. Never a file of a repository. */
export interface AllowedSigners {
  /** Absolute. */
  readonly file: string;
  /** SHA-256 of its content when the configuration was loaded: another list is another judgement. */
  readonly digest: string;
}

/** Whose key signed, by the allowed-signers file. */
export interface Signer {
  readonly principal: string;
  /** E.g. `ED25519`. */
  readonly keyType: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
}

export type Signature =
  | { readonly kind: 'good'; readonly signer: Signer }
  /** It fits, but nobody on the list has this key (now, or for Git). */
  | { readonly kind: 'unknown-key'; readonly keyType: string; readonly fingerprint: string }
  /** It does not fit what it stands on, or its key may not sign for Git. */
  | { readonly kind: 'bad' }
  /** Of another kind than SSH's. */
  | { readonly kind: 'foreign'; readonly what: string }
  | { readonly kind: 'none' };

/** A commit or tag, and what its signature is worth. */
export interface SignedObject {
  readonly kind: 'commit' | 'tag';
  readonly id: string;
  /** The tag's name. */
  readonly name?: string | undefined;
  /** Author or tagger, as claimed: `Ada <ada@example.org>`. */
  readonly by: string;
  readonly signature: Signature;
}

/** Where a revision comes from, as far as its repository can prove it. */
export interface Provenance {
  /** What has to be signed: the commit or tag itself first, then every other commit that a mode asks for, newest first. */
  readonly objects: readonly [SignedObject, ...SignedObject[]];
  /** Whether the revision is one of the `bases` or comes after one; also where there is none. */
  readonly follows: boolean;
}
