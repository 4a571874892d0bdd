import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/trigger.ts';
import { flag, type VerbOption } from './option.ts';
import { mayReason, mustReason, reason } from './reason.ts';
import type { Call } from './verb.ts';

export const overrideWindow = flag('override-window', 'also while a window is closed; needs --reason, and is logged');
const ignoreOrder = flag(
  'ignore-order',
  'without waiting for the apps that it depends on; needs --reason, and is logged',
);

/** Of verbs that need a reason for nothing else. */
export const overrideOptions = [overrideWindow, ignoreOrder, reason] as const;

/** What goes into the trigger. Throws `usage` for an override without a name or a reason, and for a reason of nothing. */
export function overrideOf(call: Call, verb: string): Pick<Trigger, 'override' | 'ignoreOrder'> {
  const words = [verb, ...call.operands];
  const flags = [overrideWindow, ignoreOrder].filter((option) => call.option(option));
  if (flags.length === 0) {
    if (mayReason(call) === undefined) return {};
    throw new HarborError(
      '--reason is what --override-window and --ignore-order are logged with; it means nothing without one of them',
      { code: 'usage', hint: `harbormaster ${words.join(' ')}` },
    );
  }
  if (call.operands.length === 0) throw namesNeeded(flags, verb);
  const why = mustReason(call, [...words, ...flags.map(({ name }) => `--${name}`)]);
  return {
    ...(flags.includes(overrideWindow) && { override: why }),
    ...(flags.includes(ignoreOrder) && { ignoreOrder: why }),
  };
}

function namesNeeded(flags: readonly VerbOption<boolean>[], verb: string): HarborError {
  const what = flags.includes(overrideWindow) ? 'a window is overridden' : 'the order is ignored';
  const written = flags.map(({ name }) => `--${name}`).join(' ');
  return new HarborError(`${what} for apps that are named, not for all at once`, {
    code: 'usage',
    hint: `harbormaster ${verb} APP ${written} --reason "WHY"`,
  });
}
