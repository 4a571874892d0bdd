import type { Audit, AuditQuestion } from '../core/audit.ts';
import type { HistoryReport } from '../core/history-report.ts';
import type { WindowReport } from '../core/window-report.ts';
import type { Caller, Role, TokenRecord } from '../model/access.ts';
import type { LogPage, LogQuery, PageRequest } from '../model/log-query.ts';
import type { Orphan } from '../model/orphan.ts';
import type { HostStatus, PassReport, PlanReport } from '../model/report.ts';
import type { Finding } from '../model/trace.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Progress } from '../ports.ts';

/** Told of each app as soon as its pass is over: a slow one holds up only itself. */
export type Ended = (report: PassReport) => void;

/** Everything that the CLI and the API may ask for, one method each. `apps` empty: all of them. Unknown names throw `app-unknown`. */
export interface Harbor {
  plan(apps: readonly string[]): Promise<readonly PlanReport[]>;
  /** What would come of a commit, branch or tag that is not deployed. Throws `usage` where it is not clear in which repository it is meant. */
  preview(apps: readonly string[], ref: string): Promise<readonly PlanReport[]>;
  /** One pass over the named apps because a person asked: also over names that left the configuration, which removes them. */
  apply(apps: readonly string[], trigger: Trigger, progress: Progress): Promise<readonly PassReport[]>;
  /** One pass of the loop's own over exactly these apps, and over whatever left the configuration. */
  pass(apps: readonly string[], trigger: Trigger, progress: Progress, ended?: Ended): Promise<readonly PassReport[]>;
  status(apps: readonly string[]): Promise<HostStatus>;
  /** The windows that concern these apps, or all. */
  windows(apps: readonly string[]): Promise<readonly WindowReport[]>;
  /** Entries of the deployment log. */
  log(query: LogQuery, page: PageRequest): Promise<LogPage>;
  /** At most so many attempts with an app, the newest first. Throws `app-unknown` for one that the log does not know. */
  history(app: string, limit: number): Promise<HistoryReport>;
  /** What ran of an app when. Throws `app-unknown` for one that the log does not know. */
  audit(app: string, question: AuditQuestion): Promise<Audit>;
  /** From an image, a container, a commit or a release to what brought it. Throws `usage` for a text that would be in everything. */
  trace(what: string): Promise<readonly Finding[]>;
  /** What is left on the host of apps that are not declared. Only looks. */
  orphans(): Promise<readonly Orphan[]>;
  /** Looks at Git for apps that are being worked on: what is newer ends the waiting of what is not. */
  glance(apps: readonly string[]): Promise<void>;
  /** Something happened to what these apps run: a deployment that waits for their services looks at once. */
  stir(apps: readonly string[]): void;
  /** Back to an earlier release from what is kept on disk; the one that it leaves is quarantined. Throws `usage` where there is none such. */
  rollback(request: RollbackRequest, trigger: Trigger, progress: Progress): Promise<PassReport>;
  /** Pins the app to what is deployed: nothing newer is deployed until `release`. */
  hold(app: string, reason: string, trigger: Trigger): Promise<Noted>;
  release(app: string, reason: string | undefined, trigger: Trigger): Promise<Noted>;
  /** Nothing acts on the app, or on any app of the host, until the time is over or somebody resumes it. Throws `usage` for an end that cannot be meant. */
  suspend(request: SuspendRequest, trigger: Trigger): Promise<Noted>;
  /** `app` undefined: what suspends the whole host. */
  resume(app: string | undefined, reason: string | undefined, trigger: Trigger): Promise<Noted>;
  /** Lets what Git has now through although it does not follow what is deployed. Throws what else is wrong with it. */
  acceptHistory(app: string, reason: string, trigger: Trigger): Promise<Noted>;
  /** Lifts quarantine and back-off, and tries again now. */
  retry(apps: readonly string[], trigger: Trigger, progress: Progress): Promise<readonly PassReport[]>;
  /** Agrees to the plan as it is now, and performs it if that was the last word missing. Throws `usage` for any other plan than the one of now. */
  approve(request: DecisionRequest, trigger: Trigger, progress: Progress): Promise<PassReport>;
  /** Turns the plan as it is now down: it is not performed unless somebody else approves it. */
  reject(request: DecisionRequest, trigger: Trigger): Promise<Noted>;
  /** Agrees that exactly these apps, which left the configuration at once, are removed, and removes what nothing else keeps. Throws `usage` for any other set. */
  approveRemoval(
    apps: readonly string[],
    reason: string,
    trigger: Trigger,
    progress: Progress,
  ): Promise<readonly PassReport[]>;
  /** Takes over a project that somebody else started; replaces only containers whose definition differs. */
  adopt(request: AdoptRequest, trigger: Trigger, progress: Progress): Promise<PassReport>;
  /** Drops an app that left the configuration, or is about to, and touches nothing. */
  forget(app: string, reason: string | undefined, trigger: Trigger): Promise<Noted>;
  /** A token of the API, which is told here and never again. Throws `usage` for a name that another one has. */
  createToken(request: TokenRequest, trigger: Trigger): Promise<NewToken>;
  /** Those that nobody has revoked, also if their time is over. */
  tokens(): Promise<readonly TokenRecord[]>;
  revokeToken(name: string, reason: string | undefined, trigger: Trigger): Promise<Noted>;
  /** Whom a token stands for; undefined: it is none, or no longer one. */
  recognise(token: string): Promise<Caller | undefined>;
}

export interface TokenRequest {
  readonly name: string;
  readonly role: Role;
  /** Patterns of names; empty: every app, and the host. */
  readonly apps: readonly string[];
  /** As a person writes it: `90d`, or ISO 8601; undefined: until it is revoked. */
  readonly expires: string | undefined;
}

export interface NewToken {
  readonly token: string;
  readonly record: TokenRecord;
}

export interface RollbackRequest {
  readonly app: string;
  /** The first digits of a release digest, or of its commit; undefined: the last good one before what runs now. */
  readonly to: string | undefined;
  readonly reason: string;
  readonly hold: boolean;
}

export interface DecisionRequest {
  readonly app: string;
  /** The first digits of the plan's digest, at least twelve. */
  readonly plan: string;
  readonly reason: string | undefined;
}

export interface AdoptRequest {
  readonly app: string;
  /** Another Harbormaster's instance id, whose containers a person says may be taken over. */
  readonly from: string | undefined;
  readonly reason: string | undefined;
}

export interface SuspendRequest {
  /** Undefined: the whole host, also apps that come later. */
  readonly app: string | undefined;
  readonly reason: string;
  /** As a person writes it: `2h`, or ISO 8601; undefined: a day. */
  readonly until: string | undefined;
  /** Until somebody resumes it. */
  readonly forever: boolean;
}

/** Something was written down. `entry` undefined: it was so already. */
export interface Noted {
  /** Undefined: the whole host. */
  readonly app: string | undefined;
  readonly entry: number | undefined;
  /** What it means now, as a sentence. */
  readonly summary: string;
}
