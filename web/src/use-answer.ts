import { useEffect, useState } from 'preact/hooks';
import { ask } from './ask.ts';

/** What the API answers to a question, asked again whenever `stamp` changes; the last answer stays meanwhile. */
export function useAnswer<Answer>(path: string | undefined, stamp: unknown) {
  const [found, setFound] = useState<{ readonly path: string; readonly answer: Answer }>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    ask<Answer>(path, stop.signal).then(
      (answer) => {
        setFound({ path, answer });
        setProblem(undefined);
      },
      (error: Error) => {
        if (!stop.signal.aborted) setProblem(error.message);
      },
    );
    return () => stop.abort();
  }, [path, stamp]);
  return { answer: found?.path === path ? found?.answer : undefined, problem };
}
