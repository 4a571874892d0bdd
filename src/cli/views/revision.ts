import type { Revision } from '../../model/revision.ts';
import { ago } from '../moment.ts';

export const shortCommit = (commit: string): string => commit.slice(0, 10);

/** `4f06b3a6c1 "Raise the pool size"`. */
export const commitText = ({ commit, subject }: Revision): string => `${shortCommit(commit)} "${subject}"`;

/** The same with its author and age. */
export const revisionText = (revision: Revision, now: Date): string =>
  `${commitText(revision)} (${revision.author.name}, ${ago(revision.committer.at, now)})`;
