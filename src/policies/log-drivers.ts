import { isRecord } from '../core/compose-paths.ts';
import { byValue, matchesEntry } from './asks.ts';
import { gateOf } from './rule.ts';

/** The engine itself, as root and from the host's network, sends a container's output to where its log driver is told to. */
export const logDrivers = gateOf({
  allowance: 'log_drivers',
  find: (input) =>
    byValue(input, ({ service }) => {
      const logging = service['logging'];
      const driver = isRecord(logging) ? logging['driver'] : undefined;
      return typeof driver === 'string' && driver !== ''
        ? [{ reason: `logs through the driver ${driver}`, entry: driver }]
        : [];
    }),
  fits: matchesEntry,
});
