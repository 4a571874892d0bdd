import type { Entry } from '../../model/entry.ts';

/** Each intent has exactly one outcome, and an app one intent at a time. */
export interface IntentBook {
  /** What is wrong with it; undefined: nothing. */
  enter(entry: Entry): string | undefined;
  open(): readonly { readonly seq: number; readonly app: string }[];
}

export function intentBook(): IntentBook {
  let open = new Map<string, number>();
  const enter = (entry: Entry): string | undefined => {
    // Also where what was before cannot be read any more.
    if (entry.kind === 'opened') open = openIn(entry.snapshot);
    if (entry.kind === 'started') {
      const before = open.get(entry.app);
      open.set(entry.app, entry.seq);
      return before === undefined ? undefined : `it begins work on ${entry.app}, while intent ${before} has no outcome`;
    }
    if (entry.kind !== 'finished') return undefined;
    if (open.get(entry.app) !== entry.intent) return `it is an outcome of intent ${entry.intent}, which is not open`;
    open.delete(entry.app);
    return undefined;
  };
  return { enter, open: () => [...open].map(([app, seq]) => ({ seq, app })) };
}

const openIn = ({ apps }: Extract<Entry, { kind: 'opened' }>['snapshot']): Map<string, number> =>
  new Map(Object.entries(apps).flatMap(([app, { open }]) => (open === undefined ? [] : [[app, open.seq] as const])));
