import type { PassReport } from '../model/report.ts';
import { advance } from './advance.ts';
import { afterHooks } from './after-hooks.ts';
import { keep } from './keep.ts';
import { noteObjections } from './note-objections.ts';
import { type Context, type Pass, untouched } from './pass.ts';
import { refusedByEngine } from './refuse.ts';

/**
 * One pass over one app: first toward the release that Git asks for, then, unless that has just been brought in, what was deployed is kept as it was
 * deployed. Two policies, never one: `deploy` rules the first, `drift` the second. Before both, what hooks a crash left is brought to its end. Last, what
 * runs is judged by what the host's policy says now.
 */
export async function reconcile(pass: Pass, context: Context): Promise<PassReport> {
  const settled = await afterHooks(pass, context).catch((error: unknown) => refusedByEngine(pass, error, context));
  if (settled === undefined) return untouched(pass.app);
  if ('outcome' in settled) return settled;
  const advanced = await advance(settled, context);
  if (pass.signal.aborted || isOver(advanced)) return advanced;
  const kept = await keep(settled, advanced, context);
  const objected = await noteObjections(settled, context);
  if (advanced.outcome.kind === 'unchanged') return { ...kept, entry: kept.entry ?? advanced.entry ?? objected };
  return kept.again === undefined ? advanced : { ...advanced, again: kept.again };
}

/** It runs now, or the next pass goes on with it. */
const isOver = ({ outcome: { kind } }: PassReport): boolean =>
  kind === 'applied' || kind === 'interrupted' || kind === 'superseded';
