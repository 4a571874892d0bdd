import type { Trigger } from '../../model/trigger.ts';
import { acceptDamage } from '../deployment-log/accept-damage.ts';
import { firstLost } from '../deployment-log/losses.ts';
import { type LogOptions, openLog } from '../deployment-log/open-log.ts';

/** A damaged log goes on, because a person says so; which entries are lost then. */
export async function letGoOn(options: LogOptions, reason: string, trigger: Trigger) {
  const { damages, salvaged } = await acceptDamage(options, { trigger, reason });
  // Whoever starts next finds it in order, and a checkpoint over it.
  await (await openLog({ ...options, exclusive: true }))[Symbol.asyncDispose]();
  const lost = damages.map((damage) => ({
    file: damage.file,
    line: damage.line,
    from: firstLost(damage),
    to: damage.before - 1,
  }));
  return { lost, salvaged };
}

export async function changeKey(options: LogOptions, reason: string, trigger: Trigger): Promise<string> {
  await using log = await openLog({ ...options, exclusive: true });
  await log.changeKey(trigger, reason);
  return log.state().key ?? '';
}
