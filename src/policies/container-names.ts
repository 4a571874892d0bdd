import { byValue, matchesEntry } from './asks.ts';
import { gateOf } from './rule.ts';

/** A name of its own choice may be another app's. */
export const containerNames = gateOf({
  allowance: 'container_names',
  find: (input) =>
    byValue(input, ({ service }) =>
      service.container_name === undefined
        ? []
        : [{ reason: `names its container ${service.container_name}`, entry: service.container_name }],
    ),
  fits: matchesEntry,
});
