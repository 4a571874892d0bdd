import type { z } from 'zod';
import { HarborError } from '../../../errors.ts';

/** What the engine or Compose answered, as the shape that it is known to have. */
export function shaped<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new HarborError(`${what} is not of the known shape`, {
    code: 'engine-refused',
    hint: 'Is this version of Docker newer than this Harbormaster? Please report it.',
    cause: result.error,
  });
}
