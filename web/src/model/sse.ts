/** One event of a stream of server-sent events; https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Whole events of a text, and what is not whole yet. Comments are no events. */
export function eventsIn(text: string): { readonly events: readonly ServerEvent[]; readonly rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  return { events: blocks.map(eventOf).filter(({ data }) => data !== ''), rest };
}

function eventOf(block: string): ServerEvent {
  const fields = block.split('\n').map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
  });
  const all = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
  return { id: all('id').at(-1), event: all('event').at(-1) ?? 'message', data: all('data').join('\n') };
}
