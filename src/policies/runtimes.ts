import { byValue, matchesEntry } from './asks.ts';
import { gateOf } from './rule.ts';

/** The program of the host that makes the container. */
export const runtimes = gateOf({
  allowance: 'runtimes',
  find: (input) =>
    byValue(input, ({ service }) => {
      const name = service['runtime'];
      return typeof name === 'string' && name !== '' ? [{ reason: `is run by ${name}`, entry: name }] : [];
    }),
  fits: matchesEntry,
});
