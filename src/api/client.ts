import * as z from 'zod';
import { HarborError } from '../errors.ts';
import type { Progress } from '../ports.ts';
import { type Ask, exchange } from './exchange.ts';
import { userHeader } from './input.ts';
import { errorOfProblem } from './problem.ts';
import type { Served } from './served.ts';
import { isHostStatus, isPassReports, isPlanReports } from './shapes.ts';

/** The daemon's Harbor, asked over its socket. The signal stops the asking, not what the daemon has begun. */
export function daemonHarbor(socketPath: string, signal?: AbortSignal): Served {
  const ask = (request: Ask) => exchange(socketPath, request, { signal });
  return {
    async plan(apps) {
      const answer = await document(ask({ method: 'GET', path: `/v1/plan${query(apps)}` }));
      return understood(fieldOf(answer, 'plans'), isPlanReports);
    },
    async status(apps) {
      return understood(await document(ask({ method: 'GET', path: `/v1/status${query(apps)}` })), isHostStatus);
    },
    async apply(apps, trigger, progress) {
      const headers = trigger.by === undefined ? {} : { [userHeader]: encodeURIComponent(trigger.by) };
      for await (const line of ask({ method: 'POST', path: '/v1/apply', body: { apps }, headers })) {
        const last = ending(line);
        if (last !== undefined) return understood(last, isPassReports);
        tell(line, progress);
      }
      throw new HarborError('the daemon went away in the middle of its answer', {
        code: 'daemon-unreachable',
        hint: 'It takes up what it began when it starts again. See: harbormaster status',
      });
    },
  };
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
  throw new HarborError('the daemon gave an answer that this harbormaster does not understand', {
    code: 'daemon-unreachable',
    hint: 'Are both of one version? Compare `harbormaster --version` with `harbormaster healthcheck`, and start the daemon anew.',
  });
}
