import type { Harbor } from '../reconcile/harbor.ts';

/** What a person may ask of a daemon; the loop's own passes and glances, and who is who, stay inside it. */
export type Served = Omit<Harbor, 'pass' | 'glance' | 'stir' | 'recognise'>;

/** What the command line asks a daemon for; the rest it reads from the same files. */
export type Remote = Omit<Served, 'windows' | 'orphans' | 'log' | 'history' | 'audit' | 'trace'>;
