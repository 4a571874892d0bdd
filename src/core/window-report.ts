import type { Window } from '../model/window.ts';
import { type Span, spanAt, spans } from './occurrences.ts';

/** A window and its times; what touches or overlaps is one. */
export interface WindowReport {
  readonly window: Window;
  /** Whether it is on now, and until when. */
  readonly on: Span | undefined;
  /** From now on; what is on already comes first. */
  readonly times: readonly Span[];
}

const days = 14 * 86_400_000;

/** The next fourteen days. */
export const windowReport = (window: Window, now: number): WindowReport => ({
  window,
  on: spanAt(window, now, now + days),
  times: spans(window, now, now + days),
});
