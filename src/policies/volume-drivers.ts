import { matchesEntry } from './asks.ts';
import { gateOf } from './rule.ts';
import { ownVolumes } from './volumes.ts';

/** Volume plugins are programs of the host, mostly root, and some mount whatever folder their options name. */
export const volumeDrivers = gateOf({
  allowance: 'volume_drivers',
  find: ({ model }) =>
    ownVolumes(model).flatMap(({ key, volume: { driver } }) =>
      driver === undefined || driver === ''
        ? []
        : [{ service: undefined, reason: `the volume ${key} is made by the driver ${driver}`, entry: driver }],
    ),
  fits: matchesEntry,
});
