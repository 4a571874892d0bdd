import * as z from 'zod';
import { parseMoment } from '../core/log-query.ts';
import { HarborError } from '../errors.ts';

/** A time in a query. */
export const when = z.string().min(1).max(40).meta({ description: 'How long ago (`2h`, `3d`), or when, in ISO 8601.' });

/** Throws `usage`. */
export function momentOf(name: string, text: string | undefined, now: Date): Date | undefined {
  const moment = text === undefined ? undefined : parseMoment(text, now);
  if (text === undefined || moment) return moment;
  throw new HarborError(`?${name}= does not understand '${text}'`, {
    code: 'usage',
    hint: 'Write how long ago (30m, 2h, 3d, 1w) or when (2026-01-31, 2026-01-31T14:00Z).',
  });
}
