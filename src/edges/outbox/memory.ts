import { asHarborError } from '../../errors.ts';
import type { Cursor } from './cursor.ts';
import type { Pending } from './queue.ts';

/** The cursor after a delivery. */
export function told({ seq, open }: Pending, { trouble: _, ...cursor }: Cursor): Cursor {
  return { ...cursor, cursor: seq, open: [...open] };
}

/** The cursor after a message was refused for good: the last trouble with it is why. */
export function refused(pending: Pending, cursor: Cursor, refusal: NonNullable<Cursor['refusal']>): Cursor {
  return { ...told(pending, cursor), refused: cursor.refused + 1, refusal };
}

interface Attempt {
  readonly at: Date;
  /** Milliseconds until the next one. */
  readonly pause: number;
  readonly redact: (text: string) => string;
}

/** The cursor after a target could not be told. */
export function troubled(cursor: Cursor, error: unknown, { at, pause, redact }: Attempt): Cursor {
  const { message, hint } = asHarborError(error);
  const trouble = {
    since: cursor.trouble?.since ?? at.toISOString(),
    message: redact(message),
    ...(hint !== undefined && { hint }),
    attempts: (cursor.trouble?.attempts ?? 0) + 1,
    next: new Date(at.getTime() + pause).toISOString(),
  };
  return { ...cursor, trouble };
}
