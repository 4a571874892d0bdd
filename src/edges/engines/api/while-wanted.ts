import { HarborError } from '../../../errors.ts';

/** What the work gives, unless the signal comes first: then `interrupted`, at once, whatever the work is waiting for. */
export async function whileWanted<R>(
  what: string,
  signal: AbortSignal | undefined,
  work: () => Promise<R>,
): Promise<R> {
  if (signal === undefined) return await work();
  if (signal.aborted) throw unwanted(what, signal);
  let stop = (): void => undefined;
  const end = new Promise<never>((_, reject) => {
    stop = () => reject(unwanted(what, signal));
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(), end]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const unwanted = (what: string, { reason }: AbortSignal): HarborError =>
  new HarborError(`${what} was stopped, because it is no longer needed`, { code: 'interrupted', cause: reason });
