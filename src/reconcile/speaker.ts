import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/trigger.ts';

/** Whose word it is. Throws `usage` where nobody says so: nobody's word is no word. */
export function speaker({ by }: Trigger, what: string): string {
  if (by !== undefined && by.trim() !== '') return by;
  throw new HarborError(`nobody says who ${what}`, {
    code: 'usage',
    hint: 'Over the API, name the user in the header harbormaster-user.',
  });
}
