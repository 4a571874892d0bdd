import * as z from 'zod';
import { placeholders, templateFault } from '../../core/notification-text.ts';

const fields = `{{${placeholders.join('}}, {{')}}}`;

const template = z
  .string({ error: 'must be text' })
  .min(1, { error: 'must not be empty' })
  .refine((text) => templateFault(text) === undefined, {
    error: ({ input }) => (typeof input === 'string' ? templateFault(input) : undefined),
  });

/** The text of a message, with fields that are filled in. */
export const textOption = (otherwise: string) =>
  template.default(otherwise).meta({
    title: 'template',
    description: `What the message says; ${fields} are filled in.`,
    examples: ['{{app}}: {{summary}} (commit {{commit}} by {{author}})'],
  });

/** The title of a message, in the same way. */
export const titleOption = template.optional().meta({
  title: 'template',
  description: 'Title of the message, with the same fields as `text`.',
  examples: ['[{{severity}}] {{app}} on {{host}}'],
  absent: 'app, host and event',
});
