import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { HarborError } from '../../../errors.ts';
import type { ContainerRef } from '../../../model/mend.ts';
import { engineFailure, isRefusal } from '../failures.ts';
import { type EngineApi, segment } from './client.ts';
import { shaped } from './shape.ts';

const inspected = z.object({
  Id: z.string(),
  State: z.object({ Status: z.string(), Pid: z.number().default(0) }),
  Config: z.object({ StopSignal: z.string().nullish() }),
  HostConfig: z.looseObject({
    PidMode: z.string().default(''),
    RestartPolicy: z.object({ Name: z.string() }).nullish(),
  }),
});
type Signalled = z.output<typeof inspected>;

/**
 * Sends signals to the main process of each container, one after the other. The engine's own `kill` switches restart policies off, for whatever
 * signal (`unless-stopped` always, the others where the container has no stop signal of its own; see moby/moby 11065 and 41302), so it is asked only
 * where there is nothing to switch off.
 */
export async function signalContainers(
  api: EngineApi,
  containers: readonly ContainerRef[],
  signals: readonly string[],
): Promise<void> {
  for (const container of containers) for (const signal of signals) await signalOne(api, container, signal);
}

async function signalOne(api: EngineApi, container: ContainerRef, signal: string): Promise<void> {
  const path = `/containers/${segment(container.id)}`;
  const found = await api.json({ method: 'GET', path: `${path}/json`, accept: [404] });
  const process = found === undefined ? undefined : shaped(inspected, found, "the engine's answer about a container");
  if (process?.State.Status !== 'running') throw notRunning(container, signal);
  if (keepsPolicy(process, signal)) {
    await api.send({ method: 'POST', path: `${path}/kill`, query: { signal: `SIG${signal}` } });
  } else if (!fromOutside(process, signal)) {
    await fromInside(api, { container, process }, signal);
  }
}

export function keepsPolicy({ Config, HostConfig }: Pick<Signalled, 'Config' | 'HostConfig'>, signal: string): boolean {
  const policy = HostConfig.RestartPolicy?.Name ?? '';
  if (policy === '' || policy === 'no') return true;
  const stopSignal = (Config.StopSignal ?? '').toUpperCase().replace(/^SIG/, '');
  return policy !== 'unless-stopped' && /^[A-Z]/.test(stopSignal) && stopSignal !== signal;
}

/** Straight to the process, where it can be seen from here and is the container's beyond doubt. */
function fromOutside({ Id, State: { Pid } }: Signalled, signal: string): boolean {
  try {
    if (Pid <= 1 || !readFileSync(`/proc/${Pid}/cgroup`, 'utf8').includes(Id)) return false;
    return process.kill(Pid, `SIG${signal}`);
  } catch {
    return false;
  }
}

interface Addressee {
  readonly container: ContainerRef;
  readonly process: Signalled;
}

const created = z.object({ Id: z.string() });
const ended = z.object({ ExitCode: z.number().nullish() });

/** With the shell of the container's own image, as root. */
async function fromInside(api: EngineApi, { container, process }: Addressee, signal: string): Promise<void> {
  if (process.HostConfig.PidMode !== '') throw noWay(container, signal, 'it has no process space of its own');
  try {
    const exitCode = await run(api, container.id, ['/bin/sh', '-c', `kill -s ${signal} 1`]);
    if (exitCode !== 0) throw engineFailure(`no shell that could send it (exit code ${exitCode ?? 'none'})`);
  } catch (error) {
    throw isRefusal(error) ? noWay(container, signal, error.message, error) : error;
  }
}

async function run(api: EngineApi, id: string, command: readonly string[]): Promise<number | undefined | null> {
  const sent = async (path: string, body: object): Promise<Buffer> => {
    const headers = { 'content-type': 'application/json' };
    return (await api.send({ method: 'POST', path, headers, body: JSON.stringify(body) })).body;
  };
  const wish = { Cmd: command, User: '0', AttachStdout: true, AttachStderr: true };
  const made: unknown = JSON.parse((await sent(`/containers/${segment(id)}/exec`, wish)).toString());
  const exec = shaped(created, made, "the engine's answer about a command");
  await sent(`/exec/${exec.Id}/start`, { Detach: false });
  const answer = await api.json({ method: 'GET', path: `/exec/${exec.Id}/json` });
  return shaped(ended, answer, "the engine's answer about a command").ExitCode;
}

const notRunning = ({ name }: ContainerRef, signal: string): HarborError =>
  new HarborError(`the container ${name} does not run, and cannot be sent SIG${signal}`, {
    code: 'engine-refused',
    hint: 'Somebody stopped or removed it meanwhile; the next pass makes it again.',
  });

const noWay = ({ name }: ContainerRef, signal: string, why: string, cause?: unknown): HarborError =>
  new HarborError(
    `SIG${signal} cannot be sent to the container ${name} without switching off its restart policy: ${why}`,
    {
      code: 'engine-refused',
      hint: "Use `on_change: restart` for it, or run Harbormaster on the host itself, as root. With `restart: always` a `stop_signal` in the compose file helps, too, if the image's is not set.",
      cause,
    },
  );
