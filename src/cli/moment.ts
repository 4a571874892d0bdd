const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `2026-01-31 14:03:22 UTC`: one form everywhere, whatever the host's time zone is. */
export function moment(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `45 s`, `12 min`, `3 h`, `5 d`: the one unit that matters. */
export function duration(milliseconds: number): string {
  if (milliseconds < minute) return `${Math.floor(milliseconds / second)} s`;
  if (milliseconds < hour) return `${Math.floor(milliseconds / minute)} min`;
  if (milliseconds < 2 * day) return `${Math.floor(milliseconds / hour)} h`;
  return `${Math.floor(milliseconds / day)} d`;
}

export function ago(at: string, now: Date): string {
  const elapsed = now.getTime() - Date.parse(at);
  if (Number.isNaN(elapsed)) return 'at an unknown time';
  if (elapsed < -second) return `in ${duration(-elapsed)}`;
  return elapsed < second ? 'just now' : `${duration(elapsed)} ago`;
}

/** `12 min ago (2026-01-31 14:03:22 UTC)`. */
export const when = (at: string, now: Date): string => `${ago(at, now)} (${moment(at)})`;
