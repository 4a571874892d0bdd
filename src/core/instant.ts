/**
 * A date and time in ISO 8601, also as Harbormaster prints it (`2026-01-31 14:03:22 UTC`); undefined for anything else. A time without a zone is UTC, as
 * all times that Harbormaster tells; a date alone is its first moment.
 */
export function parseInstant(text: string): Date | undefined {
  const [, day, clock, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z| UTC|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const moment = new Date(`${day}T${clock ?? '00:00'}${zone === undefined || zone === ' UTC' ? 'Z' : zone}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

/** JavaScript takes the 31st of November for the first of December. */
const isDay = (day: string): boolean => {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
};
