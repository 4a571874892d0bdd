import { HarborError } from '../../errors.ts';

/** Gives an act so many milliseconds; what takes longer is waited for no more. Throws `notify-failed`. */
export async function within(limit: number, act: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    const error = new HarborError(`it did not end within ${limit / 1000} s`, { code: 'notify-failed' });
    timer = setTimeout(() => reject(error), limit);
  });
  await Promise.race([act(), overdue]).finally(() => clearTimeout(timer));
}
