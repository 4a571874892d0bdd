import { hasUnsettledHooks, settleHooks } from './hooks.ts';
import type { Context, Pass } from './pass.ts';

/** The pass with what is seen once no hook of an earlier operation is left without an end. Undefined: Harbormaster is asked to stop. */
export async function afterHooks<P extends Omit<Pass, 'target'>>(pass: P, context: Context): Promise<P | undefined> {
  const { app, signal } = pass;
  if (!hasUnsettledHooks(context.journal.of(app.name))) return pass;
  using work = context.running.begin(app.name, undefined, false);
  const progress = (message: string): void => {
    work.say(message);
    pass.progress(message);
  };
  try {
    await settleHooks({ app: app.name, progress, stirred: work.stirred, signal }, context);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
  return { ...pass, observed: await context.engine.observe() };
}
