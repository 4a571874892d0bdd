import * as z from 'zod';
import { placeholders, unknownPlaceholders } from '../../core/notification-text.ts';

/** The text of a message, with names in braces that are filled in. */
export const textOption = (otherwise: string) =>
  z
    .string({ error: 'must be text' })
    .min(1, { error: 'must not be empty' })
    .refine((text) => unknownPlaceholders(text).length === 0, {
      error: `may only name {${placeholders.join('}, {')}}`,
    })
    .default(otherwise)
    .meta({
      title: 'text',
      description: `What the message says; {${placeholders.join('}, {')}} are filled in.`,
      examples: ['{app}: {summary} (commit {commit} by {author})'],
    });
