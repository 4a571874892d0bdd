/** Runs inside the program under torture: every call that passes here is written down, and may be the one at which it dies. */
import { appendFileSync, readFileSync } from 'node:fs';
import { type Kill, type Order, orderFile, type Traced, traceFile, variable } from './orders.ts';

const folder = process.env[variable];
const calls = new Map<string, number>();
let text = '';
let order: Order = { id: '' };

/** Read anew each time: one process serves many orders. */
export function orderNow(): Order {
  if (folder === undefined) return order;
  const found = readFileSync(orderFile(folder), 'utf8');
  if (found === text) return order;
  text = found;
  order = JSON.parse(found) as Order;
  calls.clear();
  return order;
}

export function told(traced: Traced): void {
  if (folder !== undefined) appendFileSync(traceFile(folder), `${JSON.stringify(traced)}\n`);
}

/** Nothing runs after this: no handler, no `finally`, no flush. */
export function die(point: string): never {
  told({ killed: point });
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** What is ordered for this call. */
export function due(name: string): Kill | undefined {
  const { kill } = orderNow();
  const nth = (calls.get(name) ?? 0) + 1;
  calls.set(name, nth);
  return kill?.point === name && kill.nth === nth ? kill : undefined;
}

export async function point<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
  const kill = due(name);
  told({ begun: name, at: Date.now() });
  if (kill?.when === 'before') die(name);
  if (kill?.when === 'during') setTimeout(die, kill.delay, name);
  const begun = performance.now();
  try {
    return await act();
  } finally {
    if (kill) die(name);
    told({ done: name, took: performance.now() - begun });
  }
}

type Acts<Port> = {
  [Name in keyof Port]: Port[Name] extends (...args: never[]) => Promise<unknown> ? Name : never;
}[keyof Port];

/** The same port, where each of these acts is a point. */
export function withPoints<Port extends object>(label: string, port: Port, acts: readonly Acts<Port>[]): Port {
  const wrapped = acts.map((name) => {
    const act = port[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => point(`${label} ${String(name)}`, () => act(...args))];
  });
  return { ...port, ...Object.fromEntries(wrapped) };
}
