import type { NotifierTrial } from '../cli/wired.ts';
import { asHarborError } from '../errors.ts';
import type { Frame } from './frame.ts';

/** One after the other, each with its own limit; a test is for every one of them, whatever else it wants to hear. */
export async function tryNotifiers({ config }: Frame): Promise<readonly NotifierTrial[]> {
  const { host } = await config.load();
  const summary = `A test from ${host}: this is where you hear of trouble.`;
  const notification = { event: 'test', host, app: undefined, summary, entry: undefined } as const;
  const trials: NotifierTrial[] = [];
  for (const { type, name, notifier } of config.routes()) {
    const failure = await notifier.notify(notification).then(() => undefined, asHarborError);
    trials.push({
      type: name ?? type,
      failure: failure && { message: config.redact(failure.message), hint: failure.hint },
    });
  }
  return trials;
}
