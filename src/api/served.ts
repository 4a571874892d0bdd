import type { Harbor } from '../reconcile/harbor.ts';

/** What a person may ask of a daemon; the loop's own passes and glances stay inside it. */
export type Served = Omit<Harbor, 'pass' | 'glance' | 'stir'>;
