/** Time zones of the IANA database, as Node's own copy knows them. `wall`: milliseconds, as if what a clock there shows were UTC. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const fresh = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, fresh);
  return fresh;
}

/** `UTC` counts as one; an offset such as `+02:00` does not, because it knows nothing of summer time. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Names to suggest. */
export const timeZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** What a clock in the zone shows at an instant. */
export function wallAt(zone: string, instant: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wall + (((instant % second) + second) % second);
}

/** Milliseconds that clocks in the zone are ahead of UTC. */
export const offsetAt = (zone: string, instant: number): number => wallAt(zone, instant) - instant;

const second = 1_000;
/** More than any zone is away from UTC: so long before and after, a change of clocks is over or yet to come. */
const day = 86_400_000;

/** The first instant at which a clock in the zone shows this; where clocks skip it, the instant at which they are put forward. */
export function instantOf(zone: string, wall: number): number {
  const [before, after] = [offsetAt(zone, wall - day), offsetAt(zone, wall + day)];
  const found = [wall - before, wall - after]
    .filter((instant) => wallAt(zone, instant) === wall)
    .sort((one, other) => one - other)[0];
  return found ?? changeBetween(zone, wall - after, wall - before);
}

/** The first whole second at which the offset is that of the end. */
function changeBetween(zone: string, begin: number, end: number): number {
  const offset = offsetAt(zone, end);
  let [low, high] = [Math.floor(begin / second), Math.floor(end / second)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * second) === offset) high = middle;
    else low = middle;
  }
  return high * second;
}
