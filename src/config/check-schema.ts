import * as z from 'zod';
import type { CheckConfig } from '../model/check.ts';
import { duration, milliseconds } from './duration.ts';
import * as v from './values.ts';

/** What the schema needs of a check's kind; see `kind.ts`. */
export interface CheckKind {
  readonly type: string;
  readonly options: z.ZodObject;
}

const nameRule = 'must be a name of letters, digits, blanks, "-", "_", "." and "/", 63 at most';

const common = {
  name: z
    .string({ error: nameRule })
    .regex(/^[a-zA-Z0-9][\w ./-]{0,62}$/, { error: nameRule })
    .optional()
    .meta({
      title: 'name',
      description: 'What plans, messages and the deployment log call it.',
      examples: ['front page'],
      absent: 'by what it asks',
    }),
  timeout: duration({ atLeast: '100ms' })
    .default('30s')
    .meta({ description: 'How long one attempt may take.', examples: ['5s'] }),
  retries: v
    .count(0, 100)
    .default(2)
    .meta({ description: 'How often it is asked again before it has failed.', examples: [5] }),
  interval: duration({ atLeast: '0s' })
    .default('2s')
    .meta({ description: 'How long to wait between two attempts.', examples: ['10s'] }),
};

export const commonCheckKeys: readonly string[] = ['type', ...Object.keys(common)];

/** A union of all kinds: each with its own options beside the keys that every check has. */
export function checkSchema(kinds: readonly CheckKind[]) {
  const [first, ...rest] = kinds.map(({ type, options }) =>
    options
      .extend({
        type: z.literal(type).meta({ title: 'kind', description: 'Which kind of check.', examples: [type] }),
        ...common,
      })
      .strict()
      // A schema that is extended is another one, and nobody has said anything of it yet.
      .meta({ description: z.globalRegistry.get(options)?.description }),
  );
  return first ? z.discriminatedUnion('type', [first, ...rest]) : z.never({ error: 'no check is known here' });
}

const anyCheck = z.looseObject({ type: z.string(), ...common });

/** The common keys apart from the kind's own options. */
export function checkConfig(check: unknown): CheckConfig {
  const { type, name, timeout, retries, interval, ...options } = anyCheck.parse(check);
  return { type, name, options, retries, limit: milliseconds(timeout), pause: milliseconds(interval) };
}
