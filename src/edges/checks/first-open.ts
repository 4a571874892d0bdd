import { connect, type Socket } from 'node:net';
import type { Place } from './places.ts';

export type Opened = { readonly place: Place } | { readonly failure: string };

/** The first of these places that takes a connection; all are tried at once. */
export function firstOpen(places: readonly Place[], limit: number, signal: AbortSignal): Promise<Opened> {
  const sockets = new Set<Socket>();
  const failures: string[] = [];
  return new Promise<Opened>((resolve) => {
    const end = (opened: Opened): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      for (const socket of sockets) socket.destroy();
      resolve(opened);
    };
    const late = () => end({ failure: failures[0] ?? `no connection within ${limit / 1000} s` });
    const stop = () => end({ failure: 'it is no longer needed' });
    const timer = setTimeout(late, limit);
    signal.addEventListener('abort', stop, { once: true });
    if (places.length === 0) end({ failure: 'it has neither an address of its own nor a published port' });
    for (const place of places) {
      const socket = connect(place);
      sockets.add(socket);
      socket.once('connect', () => end({ place }));
      socket.once('error', (error) => {
        failures.push(error.message);
        if (failures.length === places.length) end({ failure: failures.join('; ') });
      });
    }
  });
}
