import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { HarborError } from '../../../errors.ts';
import type { ExecLimits, Executed } from '../../../ports.ts';
import { isOverdue } from '../failures.ts';
import { lastLines, visible } from '../text.ts';
import { type EngineApi, segment } from './client.ts';
import { demultiplex } from './logs.ts';
import { shaped } from './shape.ts';

const made = z.object({ Id: z.string() });
const inspected = z.object({ Running: z.boolean(), ExitCode: z.number().nullish() });

/** Bytes that are read of what it writes. */
const outputSize = 1024 * 1024;
const shown = { lines: 50, characters: 8 * 1024 } as const;
/** Milliseconds. */
const pause = 100;

/** The engine cannot end what it has started in a container: at the limit, undefined, it goes on there by itself. */
export async function execute(
  api: EngineApi,
  id: string,
  command: readonly string[],
  { limit, signal }: ExecLimits,
): Promise<Executed | undefined> {
  const end = performance.now() + limit;
  const { Id } = await create(api, id, command);
  const rest = () => Math.max(1, Math.round(end - performance.now()));
  const body = await start(api, Id, { limit: rest(), signal });
  if (body === undefined) return undefined;
  const exitCode = await exitCodeOf(api, Id, end, signal);
  const output = lastLines(visible(demultiplex(body).toString()), shown.lines).slice(-shown.characters);
  return exitCode === undefined ? undefined : { exitCode, output };
}

async function create(api: EngineApi, id: string, command: readonly string[]): Promise<z.output<typeof made>> {
  const answer = await api.json({
    method: 'POST',
    path: `/containers/${segment(id)}/exec`,
    headers: json,
    body: JSON.stringify({ AttachStdout: true, AttachStderr: true, Cmd: command }),
  });
  return shaped(made, answer, "the engine's answer to a command");
}

/** What it wrote, once it has ended; undefined at the limit. */
async function start(api: EngineApi, exec: string, { limit, signal }: ExecLimits): Promise<Buffer | undefined> {
  try {
    const path = `/exec/${exec}/start`;
    const body = JSON.stringify({ Detach: false, Tty: false });
    return (await api.send({ method: 'POST', path, headers: json, body, limit, signal, size: outputSize })).body;
  } catch (error) {
    if (error instanceof HarborError && isOverdue(error)) return undefined;
    throw error;
  }
}

/** The end of the output is not yet the end of the process; nor is it where we broke off ourselves. */
async function exitCodeOf(api: EngineApi, exec: string, end: number, signal: AbortSignal): Promise<number | undefined> {
  for (;;) {
    if (signal.aborted) throw new HarborError('the command was given up', { code: 'interrupted' });
    const answer = await api.json({ method: 'GET', path: `/exec/${exec}/json` });
    const { Running, ExitCode } = shaped(inspected, answer, "the engine's answer about a command");
    if (!Running) return ExitCode ?? undefined;
    if (performance.now() > end) return undefined;
    await delay(pause);
  }
}

const json = { 'content-type': 'application/json' } as const;
