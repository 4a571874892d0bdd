import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/entry.ts';
import { flag } from './option.ts';
import { mayReason, mustReason, reason } from './reason.ts';
import type { Call } from './verb.ts';

export const overrideWindow = flag('override-window', 'also while a window is closed; needs --reason, and is logged');

/** Of verbs that need a reason for nothing else. */
export const overrideOptions = [overrideWindow, reason] as const;

/** What goes into the trigger. Throws `usage` for an override without a name or a reason, and for a reason of nothing. */
export function overrideOf(call: Call, verb: string): Pick<Trigger, 'override'> {
  const words = [verb, ...call.operands];
  if (!call.option(overrideWindow)) {
    if (mayReason(call) === undefined) return {};
    throw new HarborError('--reason is what --override-window is logged with; it means nothing without it', {
      code: 'usage',
      hint: `harbormaster ${words.join(' ')}`,
    });
  }
  if (call.operands.length > 0) return { override: mustReason(call, [...words, '--override-window']) };
  throw new HarborError('a window is overridden for apps that are named, not for all at once', {
    code: 'usage',
    hint: `harbormaster ${verb} APP --override-window --reason "WHY"`,
  });
}
