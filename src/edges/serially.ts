/** The same act, one call at a time, in the order of the calls; a failed one does not stop the next. */
export function serially<Args extends readonly unknown[], Result>(
  act: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const next = last.then(() => act(...args));
    last = next.catch(() => undefined);
    return next;
  };
}
