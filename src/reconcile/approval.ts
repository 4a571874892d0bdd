import { approvalBlock, planDigest, ruling } from '../core/approval.ts';
import type { App } from '../model/app.ts';
import type { Consent, Ruling } from '../model/approval.ts';
import type { AppHistory } from '../model/history.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Proposal } from './propose.ts';

/** What is proposed, against what the log says at some moment. */
export interface Submitted {
  readonly app: App;
  readonly proposal: Proposal;
  readonly history: AppHistory | undefined;
  readonly now: Date;
}

/** A plan and what people said of it. */
export interface Heard {
  readonly plan: string;
  readonly ruling: Ruling;
}

/** Undefined where nobody needs to be asked. */
export function hear(submitted: Submitted): Heard | undefined {
  const { app, proposal, history, now } = submitted;
  if (app.deploy !== 'approve' || proposal.plan.steps.length === 0 || isBack(submitted)) return undefined;
  const { revision } = proposal;
  const plan = planDigest({ ...proposal, app, from: history?.deployed?.release });
  const authors = [revision.author, revision.committer];
  const decisions = history?.decisions ?? [];
  return { plan, ruling: ruling({ decisions, plan, policy: app.approval, authors, now: now.getTime() }) };
}

/** What was deployed comes back: it was let through when it came. */
const isBack = ({ proposal, history }: Submitted): boolean => history?.deployed?.release === proposal.release.digest;

/** What a new release needs besides everything else: the word of people, or nothing. */
export type Clearance =
  | { readonly kind: 'clear'; readonly consent: Consent | undefined }
  | { readonly kind: 'barred'; readonly reason: BlockReason };

export function clearance(submitted: Submitted): Clearance {
  const { app, proposal, history } = submitted;
  const heard = hear(submitted);
  if (heard === undefined) return { kind: 'clear', consent: undefined };
  const release = proposal.release.digest;
  // It was begun with their approval; that Harbormaster was stopped meanwhile changes nothing about that.
  const begun = history?.unfinished?.release === release ? history.unfinished.consent : undefined;
  if (begun) return { kind: 'clear', consent: begun };
  const { plan, ruling: ruled } = heard;
  if (ruled.kind === 'approved') return { kind: 'clear', consent: { plan, approvals: ruled.approvals } };
  return { kind: 'barred', reason: approvalBlock({ app: app.name, release, plan }, ruled) };
}
