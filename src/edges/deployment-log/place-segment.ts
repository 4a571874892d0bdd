import { HarborError } from '../../errors.ts';
import type { Entry, EntryBody } from '../../model/entry.ts';
import { replaceFile } from '../durable.ts';
import { accept, type Chain, newline } from './chain.ts';
import { unwritable } from './faults.ts';
import { encode } from './line.ts';
import type { LogOptions } from './open-log.ts';
import { type Segment, segmentAt } from './segments.ts';

/** An entry as it will stand in the log, and the chain after it. */
export interface Line {
  readonly bytes: Buffer;
  readonly entry: Entry;
  readonly chain: Chain;
}

type Author = Pick<Required<LogOptions>, 'clock' | 'host' | 'instance' | 'redact'>;

export function lineOf({ clock, host, instance, redact }: Author, chain: Chain, body: EntryBody): Line {
  const stamp = { v: 1, seq: chain.seq + 1, at: clock.now().toISOString(), host, instance, prev: chain.prev } as const;
  const bytes = encode(stamp, body, redact);
  const accepted = accept(chain, { bytes, terminated: true, offset: 0, number: 0 });
  if (accepted.kind === 'entry') return { bytes, entry: accepted.entry, chain: accepted.chain };
  throw notAnEntry(body, accepted.kind === 'broken' ? accepted.what : 'it is not JSON');
}

export interface Placed {
  readonly segment: Segment;
  readonly lines: readonly Line[];
  /** Bytes. */
  readonly size: number;
}

/** A new segment that begins with these entries: it is there whole or not at all. */
export async function placeSegment(
  options: Author & Pick<LogOptions, 'directory'>,
  chain: Chain,
  bodies: readonly EntryBody[],
): Promise<Placed> {
  const lines: Line[] = [];
  for (const body of bodies) lines.push(lineOf(options, lines.at(-1)?.chain ?? chain, body));
  const segment = segmentAt(options.directory, chain.seq + 1);
  const content = Buffer.concat(lines.flatMap(({ bytes }) => [bytes, newline]));
  try {
    await replaceFile(segment.path, content, 0o640);
  } catch (error) {
    throw unwritable(segment.path, error);
  }
  return { segment, lines, size: content.length };
}

const notAnEntry = ({ kind }: EntryBody, what: string): HarborError =>
  new HarborError(`a "${kind}" entry would not be readable: ${what}`, { code: 'bug' });
