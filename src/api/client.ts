import * as z from 'zod';
import { HarborError } from '../errors.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Progress } from '../ports.ts';
import type { Noted } from '../reconcile/harbor.ts';
import { type Ask, exchange } from './exchange.ts';
import { userHeader } from './input.ts';
import { errorOfProblem } from './problem.ts';
import type { Remote } from './served.ts';
import { isHostStatus, isNewToken, isNoted, isPassReports, isPlanReports, isTokens } from './shapes.ts';

/** The daemon's Harbor, asked over its socket. The signal stops the asking, not what the daemon has begun. */
export function daemonHarbor(socketPath: string, signal?: AbortSignal): Remote {
  const ask = (request: Ask) => exchange(socketPath, request, { signal });
  const post = (path: string, body: object, { by }: Trigger) =>
    ask({ method: 'POST', path, body, headers: by === undefined ? {} : { [userHeader]: encodeURIComponent(by) } });
  const noteAt = async (path: string, body: object, trigger: Trigger): Promise<Noted> =>
    understood(await document(post(path, body, trigger)), isNoted);
  const noted = (app: string, verb: string, body: object, trigger: Trigger) => noteAt(pathOf(app, verb), body, trigger);
  return {
    async plan(apps) {
      const answer = await document(ask({ method: 'GET', path: `/v1/plan${query(apps)}` }));
      return understood(fieldOf(answer, 'plans'), isPlanReports);
    },
    async preview(apps, ref) {
      const names = apps.map((app) => `&app=${encodeURIComponent(app)}`).join('');
      const path = `/v1/preview?ref=${encodeURIComponent(ref)}${names}`;
      return understood(fieldOf(await document(ask({ method: 'GET', path })), 'plans'), isPlanReports);
    },
    async status(apps) {
      return understood(await document(ask({ method: 'GET', path: `/v1/status${query(apps)}` })), isHostStatus);
    },
    apply: (apps, trigger, progress) => reportsOf(post('/v1/apply', { apps, ...past(trigger) }, trigger), progress),
    retry: (apps, trigger, progress) => reportsOf(post('/v1/retry', { apps, ...past(trigger) }, trigger), progress),
    async rollback({ app, ...body }, trigger, progress) {
      const { overrideWindow } = past(trigger);
      return theOne(await reportsOf(post(pathOf(app, 'rollback'), { ...body, overrideWindow }, trigger), progress));
    },
    async adopt({ app, ...body }, trigger, progress) {
      return theOne(await reportsOf(post(pathOf(app, 'adopt'), body, trigger), progress));
    },
    async approve({ app, ...body }, trigger, progress) {
      return theOne(await reportsOf(post(pathOf(app, 'approve'), body, trigger), progress));
    },
    approveRemoval: (apps, reason, trigger, progress) =>
      reportsOf(post('/v1/approve-removal', { apps, reason }, trigger), progress),
    reject: ({ app, ...body }, trigger) => noted(app, 'reject', body, trigger),
    hold: (app, reason, trigger) => noted(app, 'hold', { reason }, trigger),
    release: (app, reason, trigger) => noted(app, 'release', { reason }, trigger),
    suspend: ({ app, ...body }, trigger) => noteAt('/v1/suspend', { ...scoped(app), ...body }, trigger),
    resume: (app, reason, trigger) => noteAt('/v1/resume', { ...scoped(app), reason }, trigger),
    acceptHistory: (app, reason, trigger) => noted(app, 'accept-history', { reason }, trigger),
    forget: (app, reason, trigger) => noted(app, 'forget', { reason }, trigger),
    async tokens() {
      const answer = await document(ask({ method: 'GET', path: '/v1/tokens' }));
      return understood(fieldOf(answer, 'tokens'), isTokens);
    },
    createToken: async (request, trigger) =>
      understood(await document(post('/v1/tokens', request, trigger)), isNewToken),
    revokeToken: (name, reason, trigger) =>
      noteAt(`/v1/tokens/${encodeURIComponent(name)}/revoke`, { reason }, trigger),
  };
}

/** A trigger's wish to go past closed windows, or not to wait for other apps, as a body says it. */
const past = ({ override, ignoreOrder }: Trigger): { overrideWindow?: true; ignoreOrder?: true; reason?: string } => ({
  ...(override !== undefined && { overrideWindow: true, reason: override }),
  ...(ignoreOrder !== undefined && { ignoreOrder: true, reason: ignoreOrder }),
});

const scoped = (app: string | undefined): object => (app === undefined ? { all: true } : { app });

const pathOf = (app: string, verb: string): string => `/v1/apps/${encodeURIComponent(app)}/${verb}`;

/** What a stream of progress ends with. */
async function reportsOf(lines: AsyncIterable<unknown>, progress: Progress): Promise<readonly PassReport[]> {
  for await (const line of lines) {
    const last = ending(line);
    if (last !== undefined) return understood(last, isPassReports);
    tell(line, progress);
  }
  throw new HarborError('the daemon went away in the middle of its answer', {
    code: 'daemon-unreachable',
    hint: 'It takes up what it began when it starts again. See: harbormaster status',
  });
}

function theOne([report]: readonly PassReport[]): PassReport {
  if (report !== undefined) return report;
  throw notUnderstood();
}

const query = (apps: readonly string[]): string =>
  apps.length === 0 ? '' : `?${apps.map((app) => `app=${encodeURIComponent(app)}`).join('&')}`;

/** An answer of one line. */
async function document(lines: AsyncIterable<unknown>): Promise<unknown> {
  for await (const line of lines) return line;
  return undefined;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;

/** The reports of the last line, if this is it. Throws the error that it tells instead. */
function ending(line: unknown): unknown {
  const error = errorOfProblem(fieldOf(line, 'problem'));
  if (error) throw error;
  return fieldOf(line, 'reports');
}

const progressLine = z.looseObject({ progress: z.looseObject({ app: z.string(), message: z.string() }) });

function tell(line: unknown, progress: Progress): void {
  const { data } = progressLine.safeParse(line);
  if (data) progress(data.progress.app, data.progress.message);
}

function understood<Answer>(value: unknown, is: (value: unknown) => value is Answer): Answer {
  if (is(value)) return value;
  throw notUnderstood();
}

const notUnderstood = (): HarborError =>
  new HarborError('the daemon gave an answer that this harbormaster does not understand', {
    code: 'daemon-unreachable',
    hint: 'Are both of one version? Compare `harbormaster --version` with `harbormaster healthcheck`, and start the daemon anew.',
  });
