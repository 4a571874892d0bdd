/** Takes secrets out of a text. Applying it twice changes nothing more. */
export type Redact = (text: string) => string;

const mask = '***';
/** Shorter values stand for themselves in ordinary text all the time: they are masked only where they are plainly a value. */
const shortest = 4;
const longEnoughInside = 8;

/**
 * Masks these values wherever they stand, as they are and as JSON, URLs and base64 write them, and the user part of every URL,
 * whether its password is known or not.
 */
export function redactor(secrets: readonly string[]): Redact {
  const values = new Set(secrets.flatMap(linesOf));
  const known = matcher([...values].filter((value) => value.length >= shortest).flatMap(formsOf));
  const short = shortMatcher([...values].filter((value) => value.length > 0 && value.length < shortest));
  return (text) => {
    const masked = maskUserinfo(known === undefined ? text : text.replace(known, mask));
    return short === undefined ? masked : masked.replace(short, mask);
  };
}

/** A key or certificate of many lines is printed line by line. */
function linesOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= longEnoughInside && !line.startsWith('-----'));
  return lines.length > 1 ? [secret, secret.trim(), ...lines] : [secret, secret.trim()];
}

function formsOf(value: string): readonly string[] {
  const percent = encodeURIComponent(wellFormed(value));
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    percent.replaceAll('%20', '+'),
    ...base64Forms(value),
  ];
}

/** base64 of the value alone, and the part of it that stays the same when other bytes stand before and after, as in `Basic user:password`. */
function base64Forms(value: string): readonly string[] {
  const whole = Buffer.from(value).toString('base64');
  const inside = [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
    return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  const standard = [whole, whole.replace(/=+$/, ''), ...inside].filter((form) => form.length >= longEnoughInside);
  return standard.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** encodeURIComponent throws on half a surrogate pair. */
const wellFormed = (value: string): string => Buffer.from(value).toString('utf8');

function matcher(forms: readonly string[]): RegExp | undefined {
  if (forms.length === 0) return undefined;
  const longestFirst = [...new Set(forms)].sort((left, right) => right.length - left.length);
  return new RegExp(longestFirst.map(escaped).join('|'), 'g');
}

function shortMatcher(values: readonly string[]): RegExp | undefined {
  if (values.length === 0) return undefined;
  const any = values.map(escaped).join('|');
  return new RegExp(`^(?:${any})$|(?<==|=["']|: ?["'])(?:${any})(?=["'\\s,;&]|$)`, 'g');
}

const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The length limit of the scheme keeps the search linear on any input. */
const userinfo = /([a-z][a-z\d+.-]{0,20}:\/\/)([^\s/?#"'`<>]+)@/gi;

function maskUserinfo(text: string): string {
  return text.replace(userinfo, (url: string, scheme: string, user: string) =>
    user.includes(':') || /^https?:/i.test(scheme) ? `${scheme}${mask}@` : url,
  );
}

const deepest = 12;

/** A plain copy of any value, as it may be logged: every text in it redacted, errors told in full, cycles cut. */
export function redactDeep(redact: Redact, value: unknown): unknown {
  return plain(redact, value, []);
}

function plain(redact: Redact, value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length >= deepest) return '[deeper]';
  const within = [...above, value];
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.map((member) => plain(redact, member, within));
  if (value instanceof Error) return record(redact, errorMembers(value), within);
  if (value instanceof Map || value instanceof Set) return plain(redact, [...value], within);
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(redact, value.toJSON(), within);
  return record(redact, Object.entries(value), within);
}

type Members = readonly (readonly [string, unknown])[];

function record(redact: Redact, members: Members, above: readonly object[]): object {
  return Object.fromEntries(members.map(([key, member]) => [redact(key), plain(redact, member, above)]));
}

/** What an error says of itself: its own fields, and those that do not enumerate. */
function errorMembers(error: Error): Members {
  const { name, message, stack, cause } = error;
  return Object.entries({ ...error, name, message, stack, ...(cause !== undefined && { cause }) });
}
