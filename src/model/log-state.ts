/** What the log says of itself: with it at the head of a segment, neither a start nor a proof needs the files before. */
export interface LogState {
  /** Sequence number of the first entry of the tree: 1, unless damage was accepted. */
  readonly epoch: number;
  /**
   * The Merkle tree (RFC 6962) whose leaves are the lines from there on: hashes (hex) of its complete subtrees, the largest first. Its size is the number of
   * entries from `epoch` on.
   */
  readonly tree: readonly string[];
  /** Verifier key of the key that signs. */
  readonly key?: string | undefined;
  /** Last entry that left by retention. */
  readonly pruned?: number | undefined;
  /** SHA-256 of the checkpoint of a witness that was found to contradict the log last. */
  readonly contradicted?: string | undefined;
}

/** Where the segment before ended. */
export interface PreviousSegment {
  readonly file: string;
  /** Up to there every byte counts. */
  readonly bytes: number;
  /** What follows there was never acknowledged, because the disk failed: it may be there or not. */
  readonly torn: boolean;
}

export interface PrunedFile {
  readonly file: string;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** A part of the log that does not hold. */
export interface Damage {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Of its first byte. */
  readonly offset: number;
  readonly what: string;
  /** Last entry before it, and the first one that holds again. */
  readonly after: number;
  readonly before: number;
  /** Of the whole file as it is now; undefined where a file is missing, and this is the one after it. */
  readonly sha256: string | undefined;
}
