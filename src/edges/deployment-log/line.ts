import { isUtf8 } from 'node:buffer';
import type { Redact } from '../../core/redact.ts';
import { visible, visibleProse } from '../../core/visible.ts';
import { HarborError } from '../../errors.ts';
import type { Entry, EntryBody, EntryStamp } from '../../model/entry.ts';
import { isEntry, isStamped, whyNotEntry } from './entry-schema.ts';

/** Bytes of one line. An intent may fill a quarter, so that its outcome always finds room; what is larger is refused before it is begun. */
export const lineLimit = 1024 * 1024;
const intentLimit = lineLimit / 4;
/** Characters of one text for people; the rest is cut off. */
const proseLimit = 8 * 1024;
/** For what is said of the rest: what was cut once is not cut again in a snapshot. */
const remark = 64;

/** Fields that hold sentences. Only they are searched for known secrets: a secret that happens to be "web" must not rename a service. */
const prose: ReadonlySet<string> = new Set(['message', 'hint', 'reason', 'lift', 'because', 'subject', 'causes']);
/** Fields whose lines are signed: they keep their line feeds, and every byte. */
const notes: ReadonlySet<string> = new Set(['checkpoint', 'handover']);

/** What a line turned out to be. `foreign` is a whole entry that this version does not understand; `noise` is no entry at all. */
export type Decoded =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'foreign'; readonly what: string }
  | { readonly kind: 'noise'; readonly what: string };

/** A line without its newline, to an entry. */
export function decode(bytes: Buffer): Decoded {
  if (!isUtf8(bytes)) return { kind: 'noise', what: 'it is not UTF-8' };
  const value = parsed(bytes);
  if (value === undefined) return { kind: 'noise', what: 'it is not JSON' };
  if (isEntry(value)) return { kind: 'entry', entry: value };
  if (!isStamped(value))
    return { kind: 'noise', what: 'it has no valid stamp (v, seq, at, host, instance, prev, kind)' };
  return { kind: 'foreign', what: `it is no entry that this version understands (${visible(whyNotEntry(value))})` };
}

function parsed(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return value;
  } catch {
    return undefined;
  }
}

/** An entry to a line without its newline, every text in it harmless to a terminal and free of known secrets. */
export function encode(stamp: EntryStamp, body: EntryBody, redact: Redact): Buffer {
  const bytes = Buffer.from(JSON.stringify({ ...stamp, ...members(body, redact) }));
  const limit = body.kind === 'started' ? intentLimit : lineLimit;
  // The snapshot grows with the number of apps; each of its parts was once within the limit.
  if (bytes.length <= limit || body.kind === 'opened') return bytes;
  throw body.kind === 'started' ? tooMuch(bytes.length) : tooLarge(bytes.length);
}

/** That an app wants more than can be written down is its own fault, and no reason to doubt the log. */
const tooMuch = (size: number): HarborError =>
  new HarborError(`what is to be done fills ${size} bytes of the log, and ${intentLimit} fit into one entry`, {
    code: 'compose-refused',
    hint: 'Split the app into several smaller ones: some hundred services fit into one.',
  });

const tooLarge = (size: number): HarborError =>
  new HarborError(`a log entry of ${size} bytes is too large; at most ${lineLimit} fit`, {
    code: 'log-unwritable',
    hint: 'Split the app into several smaller ones.',
  });

const members = (value: object, redact: Redact): object =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [visible(key), cleaned(member, key, redact)]));

function cleaned(value: unknown, key: string, redact: Redact): unknown {
  if (typeof value === 'string') return textOf(value, key, redact);
  if (Array.isArray(value)) return value.map((member) => cleaned(member, key, redact));
  return typeof value === 'object' && value !== null ? members(value, redact) : value;
}

function textOf(value: string, key: string, redact: Redact): string {
  if (notes.has(key)) return visibleProse(value);
  return prose.has(key) ? cut(visibleProse(redact(value))) : visible(value);
}

const cut = (text: string): string =>
  text.length <= proseLimit + remark
    ? text
    : `${text.slice(0, proseLimit)}… (${text.length - proseLimit} more characters)`;
