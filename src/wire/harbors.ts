import type { Harbor } from '../reconcile/harbor.ts';
import { type Frame, locked } from './frame.ts';
import { begun, harborOver, open } from './opened.ts';

export async function reader(frame: Frame, signal: AbortSignal): Promise<Harbor & AsyncDisposable> {
  await frame.config.load();
  const opened = await open(frame, false);
  return { ...harborOver(frame, opened, signal), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

export async function operator(frame: Frame, command: string, signal: AbortSignal): Promise<Harbor & AsyncDisposable> {
  const lock = await locked(frame, command);
  const opened = await begun(frame).catch(async (error: unknown) => {
    await lock[Symbol.asyncDispose]();
    throw error;
  });
  const close = async (): Promise<void> => {
    await opened.outbox.settled();
    await opened.record.finish(opened.journal.record);
    await opened[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
  };
  return { ...harborOver(frame, opened, AbortSignal.any([signal, lock.lost])), [Symbol.asyncDispose]: close };
}
