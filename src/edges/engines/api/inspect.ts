import * as z from 'zod';
import { labels } from '../../../core/labels.ts';
import { HarborError } from '../../../errors.ts';
import type { ContainerReport, LastStart } from '../../../model/observed.ts';
import { isOverdue } from '../failures.ts';
import { lastLines, visible } from '../text.ts';
import { type EngineApi, segment } from './client.ts';
import { asHealth, asState, composeLabels } from './container-words.ts';
import { inBatches } from './in-batches.ts';
import { shaped } from './shape.ts';

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  RestartCount: z.number().default(0),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
    Error: z.string().default(''),
    StartedAt: z.string(),
    Health: z
      .object({
        Status: z.string(),
        FailingStreak: z.number().optional(),
        Log: z
          .array(z.object({ Output: z.string(), Start: z.string().optional(), ExitCode: z.number().optional() }))
          .nullish(),
      })
      .nullish(),
  }),
  Config: z.object({
    Labels: z.record(z.string(), z.string()).nullish(),
    Tty: z.boolean().default(false),
    StopTimeout: z.number().nullish(),
    Healthcheck: z.looseObject({ Retries: z.number().optional() }).nullish(),
  }),
});

export type Inspected = z.output<typeof inspected>;

/** Undefined for a container that is gone. `limit`: milliseconds for the answer. */
export async function inspectContainer(api: EngineApi, id: string, limit?: number): Promise<Inspected | undefined> {
  const call = { method: 'GET', path: `/containers/${segment(id)}/json`, accept: [404] } as const;
  const found = await api.json(limit === undefined ? call : { ...call, limit });
  return found === undefined ? undefined : shaped(inspected, found, "the engine's answer about a container");
}

export async function inspectContainers(api: EngineApi, ids: readonly string[]): Promise<readonly ContainerReport[]> {
  const found = await inBatches(ids, (id) => inspectContainer(api, id));
  return found.flatMap((container) => (container === undefined ? [] : [readReport(container)]));
}

/** Milliseconds. While the engine starts a container, which on a dead network disk lasts, it lists it and tells nothing else of it. */
const glance = 5000;

export async function lastStarts(
  api: EngineApi,
  ids: readonly string[],
  limit = glance,
): Promise<readonly LastStart[]> {
  const found = await inBatches(ids, async (id): Promise<readonly LastStart[]> => {
    try {
      const container = await inspectContainer(api, id, limit);
      return container === undefined ? [] : [{ id, startedAt: startOf(container) }];
    } catch (error) {
      if (error instanceof HarborError && (error.code !== 'engine-unreachable' || isOverdue(error)))
        return [{ id, startedAt: undefined }];
      throw error;
    }
  });
  return found.flat();
}

/** The engine writes year 1 for "never". */
const startOf = ({ State }: Inspected): number => Math.max(0, Date.parse(State.StartedAt) || 0);

export function readReport(container: Inspected): ContainerReport {
  const { Id, Name, Image, RestartCount, State, Config } = container;
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    service: Config.Labels?.[composeLabels.service],
    digest: Config.Labels?.[labels.digest],
    imageId: Image,
    state: asState(State.Status),
    health: healthOf(State.Health, Config.Healthcheck?.Retries),
    exitCode: State.ExitCode,
    restarts: RestartCount,
    oomKilled: State.OOMKilled,
    error: visible(State.Error),
    startedAt: startOf(container),
    checks: checksOf(State.Health),
    retries: Config.Healthcheck?.Retries || defaultRetries,
    healthOutput: lastLines(visible(State.Health?.Log?.at(-1)?.Output ?? ''), 5).slice(0, 400),
  };
}

const checksOf = (health: Inspected['State']['Health']): ContainerReport['checks'] =>
  (health?.Log ?? []).map(({ Start, ExitCode }) => ({
    startedAt: Date.parse(Start ?? '') || 0,
    passed: ExitCode === 0,
  }));

/** The engine's, for a healthcheck that does not say. */
const defaultRetries = 3;

/**
 * A container that is paused is called unhealthy from then on until its next check, though no check failed: that is no verdict, and the check is waited
 * for. (Docker's `CloseMonitorChannel`; seen on Engine 20.10.)
 */
function healthOf(health: Inspected['State']['Health'], retries = 0): ContainerReport['health'] {
  const told = asHealth(health?.Status);
  const failures = health?.FailingStreak ?? Number.POSITIVE_INFINITY;
  return told === 'unhealthy' && failures < (retries || defaultRetries) ? 'starting' : told;
}
