import { type Judgement, judge, meets } from '../core/health.ts';
import { ownContainers } from '../core/ownership.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { ContainerReport } from '../model/observed.ts';
import type { Step } from '../model/plan.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { Bell } from './bell.ts';
import type { Parts } from './parts.ts';

interface Awaited {
  readonly app: App;
  readonly release: Release;
  readonly project: string;
  readonly step: Extract<Step, { kind: 'await' }>;
  /** Services whose containers stayed, and were signalled: what they were like before proves nothing. */
  readonly signalled?: readonly string[];
  readonly progress: (message: string) => void;
  /** Ends a pause between two looks. */
  readonly stirred: Bell;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * Milliseconds between two looks, of which each lists the whole host: a tenth of the time that was waited so far, or until something is due, within these
 * limits. The engine's events are quicker, but only a daemon hears them, and they may be lost.
 */
const pauses = { least: 100, most: 1000 } as const;
const tailLines = 8;

interface Standing {
  readonly service: ReleaseService;
  readonly container: ContainerReport | undefined;
  readonly judgement: Judgement;
  readonly met: boolean;
}

/**
 * Waits until every container of the services meets the condition; fails at once on a verdict that waiting cannot change, and at the deadline. Throws
 * `interrupted` at the signal.
 */
export async function awaitServices(awaited: Awaited, parts: Parts): Promise<void> {
  const { clock } = parts;
  const { deadline } = awaited.app.health;
  const begun = clock.elapsed();
  const since = clock.now().getTime();
  for (;;) {
    // A clock that jumps meanwhile makes no container older or younger.
    const standings = await stand(awaited, { since, now: since + clock.elapsed() - begun }, parts);
    await throwIfFailed(standings, awaited, parts);
    const waiting = standings.filter(({ met }) => !met);
    const [first] = waiting;
    if (first === undefined) return;
    const waited = clock.elapsed() - begun;
    const isOver = waited > deadline;
    if (isOver && waiting.every(isUnchecked)) return void sayUnchecked(waiting, awaited);
    if (isOver) {
      const detail = first.judgement.kind === 'progressing' ? first.judgement.detail : first.judgement.kind;
      throw await unhealthy(
        first,
        `was not ${awaited.step.condition} within ${Math.round(deadline / 1000)} s (${detail})`,
        awaited,
        parts,
      );
    }
    const pause = Math.min(pauseAfter(waited, waiting), deadline - waited + 1);
    await awaited.stirred.wait(pause, { clock, signal: awaited.signal });
    if (awaited.signal.aborted) throw new HarborError('the wait was ended', { code: 'interrupted' });
  }
}

function pauseAfter(waited: number, waiting: readonly Standing[]): number {
  const due = Math.min(...waiting.map(({ judgement }) => (judgement.kind === 'progressing' && judgement.ripeIn) || 0));
  return Math.min(Math.max(pauses.least, waited / 10, due), pauses.most);
}

async function throwIfFailed(standings: readonly Standing[], awaited: Awaited, parts: Parts): Promise<void> {
  const bad = standings.find(({ judgement }) => judgement.kind === 'failed');
  if (bad?.judgement.kind === 'failed') throw await unhealthy(bad, bad.judgement.reason, awaited, parts);
}

/** Its healthcheck is rarer than the deadline is long. It runs, and what it was last found is healthy. */
const isUnchecked = ({ judgement }: Standing): boolean =>
  judgement.kind === 'progressing' && judgement.unchecked === true;

function sayUnchecked(standings: readonly Standing[], { progress }: Awaited): void {
  const names = [...new Set(standings.map(({ service }) => service.name))].join(', ');
  progress(`${names}: no healthcheck ran within the health deadline; what was found before is believed`);
}

/** Milliseconds since the epoch, as our clock has it. */
interface Wait {
  readonly since: number;
  readonly now: number;
}

/** What the engine's clock, or ours before it was set back, puts into the future is at least as old as the wait. */
const onOurClock = (report: ContainerReport, { since, now }: Wait): ContainerReport =>
  report.startedAt > now ? { ...report, startedAt: since } : report;

async function stand(
  { app, release, project, step, signalled = [] }: Awaited,
  wait: Wait,
  { engine, instance }: Parts,
): Promise<readonly Standing[]> {
  const services = release.services.filter(({ name }) => step.services.includes(name));
  const own = ownContainers(await engine.observe(), { name: app.name, project }, instance).filter(
    ({ service }) => service !== undefined && step.services.includes(service),
  );
  const reports = (await engine.inspect(own.map(({ id }) => id))).map((report) => onOurClock(report, wait));
  return services.flatMap((service): readonly Standing[] => {
    const mine = reports.filter((report) => report.service === service.name && report.digest === service.digest);
    const absent: Standing = {
      service,
      container: undefined,
      judgement: { kind: 'progressing', detail: 'no container yet' },
      met: false,
    };
    return [
      ...mine.map((container): Standing => {
        const since = signalled.includes(service.name) ? { since: wait.since } : {};
        const judgement = judge(service, container, app.health, { now: wait.now, ...since });
        return { service, container, judgement, met: meets(step.condition, container, judgement) };
      }),
      ...(mine.length < service.replicas ? [absent] : []),
    ];
  });
}

/**
 * What the container and its healthcheck wrote last goes to who watches, not into the record: it may hold anything. An engine that is being stopped
 * takes its containers along, which is no fault of theirs: one more look throws `engine-unreachable` then.
 */
async function unhealthy(
  { service, container }: Standing,
  reason: string,
  { app, progress }: Awaited,
  { engine }: Parts,
): Promise<HarborError> {
  await engine.observe();
  const output = container === undefined ? '' : (await engine.tail(container.id, tailLines).catch(() => '')).trim();
  if (output !== '') progress(`${service.name} wrote last:\n${quoted(output)}`);
  if (container !== undefined && saysWhy.has(container.health) && container.healthOutput !== '') {
    progress(`${service.name}: its healthcheck said:\n${quoted(container.healthOutput)}`);
  }
  return new HarborError(`service ${service.name} ${reason}`, {
    code: 'unhealthy',
    hint: `This release is not tried again by itself. Push a fix, or try it once more: harbormaster retry ${app.name}`,
  });
}

const quoted = (output: string): string => output.replaceAll(/^/gm, '  | ');
/** A check that passed explains no failure. */
const saysWhy: ReadonlySet<string> = new Set(['starting', 'unhealthy']);
