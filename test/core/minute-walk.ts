/** An independent idea of windows: every minute is looked at, one after the other, on the clock that a person there would see. */
const minute = 60_000;

export interface Times {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Sunday is 0; empty: every day. */
  readonly weekdays: readonly number[];
}

export const cronOf = ({ minutes, hours, weekdays }: Times): string =>
  `${minutes.join(',')} ${hours.join(',')} * * ${weekdays.length === 0 ? '*' : weekdays.join(',')}`;

const clock = (zone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });

/** Milliseconds, as if what the clock shows were UTC. */
const shown = (format: Intl.DateTimeFormat, instant: number): number =>
  Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);

const fires = ({ minutes, hours, weekdays }: Times, wall: number): boolean => {
  const date = new Date(wall);
  return (
    minutes.includes(date.getUTCMinutes()) &&
    hours.includes(date.getUTCHours()) &&
    (weekdays.length === 0 || weekdays.includes(date.getUTCDay()))
  );
};

/** Instants in [from, to), both whole minutes, at which it begins. */
export function walkStarts(times: Times, zone: string, from: number, to: number): readonly number[] {
  const format = clock(zone);
  const starts: number[] = [];
  // What was shown up to two days before is not shown for the first time.
  let latest = Number.NEGATIVE_INFINITY;
  for (let instant = from - 2 * 24 * 60 * minute; instant < to; instant += minute) {
    const wall = shown(format, instant);
    const fresh: number[] = [];
    const first = latest === Number.NEGATIVE_INFINITY ? wall : latest + minute;
    for (let each = first; each <= wall; each += minute) fresh.push(each);
    latest = Math.max(latest, wall);
    if (instant >= from && fresh.some((each) => fires(times, each))) starts.push(instant);
  }
  return starts;
}
