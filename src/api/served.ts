import type { Harbor } from '../reconcile/harbor.ts';

/** What a person may ask of a daemon; the loop's own passes stay inside it. */
export type Served = Pick<Harbor, 'plan' | 'apply' | 'status'>;
