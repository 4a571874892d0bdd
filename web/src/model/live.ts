/** What was said last of what is being done, the newest last, by app. */
export type Progress = Readonly<Record<string, readonly string[]>>;

/** Lines that are kept of one app. */
const most = 200;

export const told = (progress: Progress, app: string, message: string): Progress => ({
  ...progress,
  [app]: [...(progress[app] ?? []), message].slice(-most),
});

/** Milliseconds after which a connection counts as one that held. */
const held = 10_000;

/** How many failures in a row there are once a connection is lost that stood for so many milliseconds; less than 0: there was none. */
export const failuresAfter = (failures: number, stood: number): number => (stood >= held ? 1 : failures + 1);

/** Milliseconds until the connection is tried again; `failures` in a row, from 1. */
export const pauseAfter = (failures: number): number => Math.min(30_000, 500 * 2 ** (failures - 1));

/** Where one is, from the part of the address behind `#`. */
export type Place = { readonly at: 'host' } | { readonly at: 'log' } | { readonly at: 'app'; readonly app: string };

export function placeOf(hash: string): Place {
  const [, first = '', second = ''] = hash.replace(/^#/, '').split('/');
  if (first === 'log') return { at: 'log' };
  return first === 'apps' && second !== '' ? { at: 'app', app: decoded(second) } : { at: 'host' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
