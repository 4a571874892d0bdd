import { matchesEntry } from './asks.ts';
import { ownNetworks } from './networks.ts';
import { gateOf } from './rule.ts';

/** Some put containers right into the network that the host is in, past its firewall. */
export const networkDrivers = gateOf({
  allowance: 'network_drivers',
  find: ({ model }) =>
    ownNetworks(model).flatMap(({ key, network: { driver } }) =>
      typeof driver === 'string' && driver !== '' && driver !== 'default'
        ? [{ service: undefined, reason: `the network ${key} is made by the driver ${driver}`, entry: driver }]
        : [],
    ),
  fits: matchesEntry,
});
