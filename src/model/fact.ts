import type { Entry } from './entry.ts';
import type { HostSnapshot } from './history.ts';

/** An entry with what the log said before it and says after it: what people and forges are told is derived from that. */
export interface Fact {
  readonly before: HostSnapshot;
  readonly after: HostSnapshot;
  readonly entry: Entry;
}
