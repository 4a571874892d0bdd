/** Does something again and again, one at a time, until it is disposed of; then it waits for what is under way. Never keeps the process alive. */
export function every(milliseconds: number, act: () => Promise<void>): AsyncDisposable {
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;
  const beat = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await act();
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => {
    if (!busy) underWay = beat();
  }, milliseconds);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await underWay;
    },
  };
}
