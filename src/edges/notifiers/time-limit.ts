import * as z from 'zod';

/** How long one delivery may take, as `10s`; milliseconds for the notifier. */
export function timeLimit(most: number) {
  const must = `must be from 1s to ${most}s`;
  return z
    .string({ error: must })
    .regex(/^[1-9]\d?s$/, { error: must })
    .refine((text) => Number.parseInt(text, 10) <= most, { error: must })
    .default('10s')
    .meta({
      title: 'duration',
      description: `How long one delivery may take, with its retries: 1s to ${most}s.`,
      examples: ['5s'],
    });
}

export const inMilliseconds = (limit: string): number => Number.parseInt(limit, 10) * 1000;
