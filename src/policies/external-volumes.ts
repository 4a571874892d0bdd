import { matchesEntry } from './asks.ts';
import { gateOf } from './rule.ts';
import { othersVolumes } from './volumes.ts';

/** Data that another app may have made. */
export const externalVolumes = gateOf({
  allowance: 'external_volumes',
  find: ({ model }) =>
    othersVolumes(model).map(({ key, name }) => ({
      service: undefined,
      reason: `the volume ${key} is ${name}, which may be another app’s`,
      entry: name,
    })),
  fits: matchesEntry,
});
