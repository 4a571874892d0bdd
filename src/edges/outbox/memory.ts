import { asHarborError } from '../../errors.ts';
import type { Cursor } from './cursor.ts';
import type { Pending } from './queue.ts';

/** The cursor after a delivery, or after a message was refused for good. */
export function after({ seq, message: { subject, opens } }: Pending, cursor: Cursor, isTaken: boolean): Cursor {
  const others = cursor.open.filter((other) => other !== subject);
  const { trouble, ...rest } = cursor;
  return {
    ...rest,
    cursor: seq,
    open: opens ? [...others, subject] : others,
    refused: cursor.refused + (isTaken ? 0 : 1),
  };
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
