import * as z from 'zod';

const units = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const sizeText = /^(\d{1,6})(KiB|MiB|GiB)$/;

/** Bytes of `64KiB`, `8MiB`, `1GiB`; NaN for anything else. */
export function bytes(size: string): number {
  const [, count, unit] = sizeText.exec(size) ?? [];
  const factor = Object.entries(units).find(([name]) => name === unit)?.[1];
  return factor === undefined ? Number.NaN : Number(count) * factor;
}

export function size({ atLeast, atMost }: { readonly atLeast: string; readonly atMost: string }) {
  const must = 'must be a size such as 64KiB, 8MiB or 1GiB';
  return z
    .string({ error: must })
    .regex(sizeText, { error: must })
    .refine((value) => !(bytes(value) < bytes(atLeast)), { error: `must be at least ${atLeast}` })
    .refine((value) => !(bytes(value) > bytes(atMost)), { error: `must be at most ${atMost}` })
    .meta({ title: 'size' });
}
