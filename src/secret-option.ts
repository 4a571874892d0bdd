import * as z from 'zod';
import { Secret } from './model/secret.ts';

/** An option of a pluggable part that may be given as a secret; the part gets its value. */
export const secretOption = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value instanceof Secret ? value.reveal() : value), schema);
