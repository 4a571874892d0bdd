import type { Trigger } from '../model/trigger.ts';

/** ` by ada`, or nothing. */
export const byWhom = ({ by }: Pick<Trigger, 'by'>): string => (by === undefined ? '' : ` by ${by}`);

/** `, because "…"`, or nothing. */
export const because = (reason: string | undefined): string => (reason === undefined ? '' : `, because "${reason}"`);
